"""`pywa` with another address, and nothing else changed."""

import httpx
from pywa import WhatsApp

from simulator import Simulator


def client(simulator: Simulator, token: str, **options) -> WhatsApp:
    """The client for one token.

    `pywa` takes an `httpx.Client` of its user's for proxies and the like, and sets its `base_url` to Meta's; we set it once more,
    keeping the version of the API that pywa chose.
    """
    session = httpx.Client()
    whatsapp = WhatsApp(token=token, session=session, **options)
    address = httpx.URL(simulator.address)
    session.base_url = session.base_url.copy_with(scheme=address.scheme, host=address.host, port=address.port)
    return whatsapp
