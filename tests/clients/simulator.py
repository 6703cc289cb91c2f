"""The control surface of `unmoor simulate`, for what is no client's business: people, time, and what really happened."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True)
class Customer:
    """What a provider knows of a customer before the migration."""

    waba_id: str
    portfolio_id: str
    business_token: str
    phone_number_ids: list[str]


class Simulator:
    """A running simulator, set back to its beginning."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._call("POST", "/reset")
        credentials = self._call("GET", "/credentials")
        self.app_id: str = credentials["app_id"]
        self.app_secret: str = credentials["app_secret"]
        self.system_token: str = credentials["system_token"]
        self.portfolio_id: str = credentials["portfolio_id"]
        self._customers = {customer["customer"]: customer for customer in credentials["customers"]}

    def customer(self, name: str) -> Customer:
        """The customer that the file of customers calls `name`."""
        known = self._customers[name]
        return Customer(known["waba_id"], known["portfolio_id"], known["business_token"], known["phone_number_ids"])

    def person(self, customer: Customer, action: str) -> int:
        """Lets a person of the customer do something; gives how many things it changed."""
        return self._call("POST", f"/people/{customer.portfolio_id}", {"action": action})["changed"]

    def advance(self, *, seconds: int) -> None:
        """Lets virtual time pass."""
        self._call("POST", "/clock", {"advance_s": seconds})

    def set_knobs(self, **knobs: Any) -> None:
        """Decides what nobody outside Meta knows."""
        self._call("PUT", "/knobs", knobs)

    def message(self, **message: Any) -> dict[str, Any]:
        """Sends a message through a number, or lets a customer write to it where `from` is given."""
        return self._call("POST", "/messages", message)

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        """Everything of one kind that changed in the world."""
        return [entry for entry in self._call("GET", "/ledger")["entries"] if entry["kind"] == kind]

    def requests(self) -> list[dict[str, Any]]:
        """Every request that the Graph API's side was sent."""
        return self._call("GET", "/requests")["entries"]

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        request = Request(
            f"{self.address}/_sim{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request, timeout=30) as response:
            return json.load(response)
