"""Meta's own SDK with another address, and nothing else changed."""

import warnings

from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from simulator import Simulator

# The SDK warns where a value is not of the type that Meta's API description gives: here that ends the run. It also warns of
# every field asked of an edge whose nodes it has no class for, phone numbers and templates among them: that says nothing.
warnings.filterwarnings("error", message=".*is not be compatible.*")
warnings.filterwarnings("ignore", message=".*does not allow field.*")


def api(simulator: Simulator, token: str) -> FacebookAdsApi:
    """The SDK for one token. It adds `appsecret_proof` to every call by itself, because it knows the app's secret."""

    class Session(FacebookSession):
        """`GRAPH` is the attribute that the SDK documents for the address of the Graph API."""

        GRAPH = simulator.address

    return FacebookAdsApi(Session(simulator.app_id, simulator.app_secret, token))
