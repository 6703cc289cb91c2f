"""`pywa`'s own webhook server behind the callbacks: the handshake, signatures, and what it makes of the simulator's deliveries."""

import queue
import socket
import threading
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import uvicorn
from pywa import WhatsApp, errors
from pywa.types import AccountUpdate, Message, MessageStatus, MessageStatusType, RawUpdate
from pywa.types import templates as t
from pywa.types.account_update import AccountUpdateEvent
from starlette.applications import Starlette

import checks
from pywa_client import client, move, tag_and_accept
from simulator import Customer, Simulator

VERIFY_TOKEN = "a verify token, with & and ="
PATIENCE_S = 20
RECIPIENT = "447700900123"
S = MessageStatusType


class Listener:
    """A pywa client with its handlers; what they are given waits in queues."""

    def __init__(self, simulator: Simulator, token: str) -> None:
        self.accounts: queue.Queue[AccountUpdate] = queue.Queue()
        self.templates: queue.Queue[t.TemplateStatusUpdate] = queue.Queue()
        self.statuses: queue.Queue[MessageStatus] = queue.Queue()
        self.messages: queue.Queue[Message] = queue.Queue()
        self.raw: queue.Queue[RawUpdate] = queue.Queue()
        self.app = Starlette()
        self.whatsapp: WhatsApp = client(
            simulator,
            token,
            server=self.app,
            webhook_endpoint="/hooks",
            verify_token=VERIFY_TOKEN,
            app_id=simulator.app_id,
            app_secret=simulator.app_secret,
            filter_updates=False,
            continue_handling=True,
        )
        self.whatsapp.on_account_update(lambda _, update: self.accounts.put(update))
        self.whatsapp.on_template_status_update(lambda _, update: self.templates.put(update))
        self.whatsapp.on_message_status(lambda _, update: self.statuses.put(update))
        self.whatsapp.on_message(lambda _, update: self.messages.put(update))
        self.whatsapp.on_raw_update(lambda _, update: self.raw.put(update))


class Serving:
    """The app on a free port of this machine, at `address`.

    A class and no generator: pywa's errors are frozen, and a generator's context could not pass them on.
    """

    def __init__(self, app: Starlette) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> "Serving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)


def main(address: str) -> None:
    simulator = Simulator(address)
    # Every delivery comes twice, and pywa has to see that. None is held back: what is waited for here comes within the minute.
    # A status without contacts, contacts without a user's id and a language with a hyphen are what Meta's pages show, and what
    # pywa cannot read.
    simulator.set_knobs(
        template_reject_rate=1.0,
        webhook_reorder=0.0,
        webhook_duplicates=1.0,
        status_contacts="present",
        contact_user_id="present",
        webhook_language_spelling="underscore",
    )
    customer = simulator.customer("saffron-signal-sewing")
    listener = Listener(simulator, customer.business_token)
    with Serving(listener.app) as server:
        callback = f"{server.address}/hooks"
        handshakes(simulator, customer, listener.whatsapp, callback)
        forgeries(callback)
        destination = acceptance(simulator, customer, listener)
        moved = cutover(customer, destination, listener.whatsapp)
        templates(simulator, destination, listener)
        messages(simulator, moved, listener)
        everything(listener)


def handshakes(simulator: Simulator, customer: Customer, whatsapp: WhatsApp, callback: str) -> None:
    """The app's callback and a WABA's override, each verified by pywa's server."""
    app_token = whatsapp.get_app_access_token(int(simulator.app_id), simulator.app_secret)
    checks.equal("the app's token is its id and secret", app_token, f"{simulator.app_id}|{simulator.app_secret}")
    fields = ("account_update", "message_template_status_update", "messages")

    def configure(verify_token: str) -> bool:
        return whatsapp.set_app_callback_url(int(simulator.app_id), app_token, callback, verify_token, fields).success

    checks.refused("a callback that does not know the verify token is refused", errors.WhatsAppError, lambda: configure("another"))
    checks.equal("the app's callback is set: pywa answered the challenge", configure(VERIFY_TOKEN), True)
    override = whatsapp.override_waba_callback_url(f"{callback}?of=waba", VERIFY_TOKEN, waba_id=customer.waba_id)
    checks.equal("so is the override of a WABA", override.success, True)
    subscribed = whatsapp.get_business_account(waba_id=customer.waba_id).subscribed_apps
    checks.member("the app is among those subscribed to it", simulator.app_id, {app.id for app in subscribed})
    checks.equal("the override is taken away", whatsapp.delete_waba_callback_url(waba_id=customer.waba_id).success, True)


def forgeries(callback: str) -> None:
    """pywa really looks at signatures: what comes later got past this."""
    for signature, status in ((None, 401), ("sha256=" + "0" * 64, 403)):
        headers = {"X-Hub-Signature-256": signature} if signature else {}
        forged = Request(callback, data=b'{"object":"whatsapp_business_account","entry":[]}', headers=headers)
        refusal = checks.refused(f"pywa refuses a delivery signed with {signature}", HTTPError, lambda: urlopen(forged))
        checks.equal("as it says it does", refusal.code, status)


def acceptance(simulator: Simulator, customer: Customer, listener: Listener) -> str:
    """Guide 2 to 4: the provider hears that it was added to the new WABA."""
    destination = tag_and_accept(simulator, customer, listener.whatsapp)
    simulator.advance(seconds=60)
    # pywa handles deliveries in threads of its own, so that they may overtake each other.
    heard = {update.event: update for update in (listener.accounts.get(timeout=PATIENCE_S) for _ in range(2))}
    expected = {AccountUpdateEvent.PARTNER_ADDED, AccountUpdateEvent.PARTNER_APP_INSTALLED}
    checks.equal("the new partnership and the app's new rights are heard of", set(heard), expected)
    told = {(update.waba_info.id, update.waba_info.owner_business_id) for update in heard.values()}
    checks.equal("both name the new WABA and its owner", told, {(destination, customer.portfolio_id)})
    app = heard[AccountUpdateEvent.PARTNER_APP_INSTALLED].waba_info.partner_app_id
    checks.equal("the latter names the app", app, simulator.app_id)
    return destination


def cutover(customer: Customer, destination: str, whatsapp: WhatsApp) -> str:
    """Guide 6, 8, 9; gives the number's id in the destination."""
    moved = move(whatsapp, customer.phone_number_ids[0], destination)
    whatsapp.register_phone_number("212834", phone_id=moved)
    return moved


def templates(simulator: Simulator, destination: str, listener: Listener) -> None:
    """T3: copies that Meta rejects are heard of one by one; and so is the approval of a template of our own."""
    simulator.advance(seconds=4 * 3600)
    heard = [listener.templates.get(timeout=PATIENCE_S) for _ in range(2)]
    names = sorted(update.template_name for update in heard)
    checks.equal("T3 the copies are heard of", names, ["fitting_reminder", "hem_finished"])
    said = {(update.new_status, update.reason) for update in heard}
    rejected = (t.TemplateStatus.REJECTED, t.TemplateRejectionReason.INCORRECT_CATEGORY)
    checks.equal("T3 as rejected for their category", said, {rejected})
    checks.equal("T3 in the destination", {update.id for update in heard}, {destination})
    listed = {template.id for template in listener.whatsapp.get_templates(waba_id=destination)}
    checks.equal("T3 with the ids that the list has", {update.template_id for update in heard}, listed)
    template = t.Template(
        name="coat_waits",
        category=t.TemplateCategory.UTILITY,
        language=t.TemplateLanguage.ENGLISH_US,
        components=[t.BodyText("Your coat waits.")],
    )
    created = listener.whatsapp.create_template(template, waba_id=destination)
    simulator.advance(seconds=2 * 86400)
    approved = listener.templates.get(timeout=PATIENCE_S)
    told = (approved.template_id, approved.new_status, approved.template_language)
    expected = (created.id, t.TemplateStatus.APPROVED, t.TemplateLanguage.ENGLISH_US)
    checks.equal("a template of our own is approved, in a language that pywa knows", told, expected)


def messages(simulator: Simulator, phone_id: str, listener: Listener) -> None:
    """B3: a template message as far as it comes, with its price; and what its recipient answers."""
    template = {"name": "coat_waits", "language": "en_US"}
    sent = simulator.message(phone_number_id=phone_id, to=RECIPIENT, template=template, delivered_after_s=1, read_after_s=1)
    simulator.advance(seconds=60)
    heard = {status.status: status for status in (listener.statuses.get(timeout=PATIENCE_S) for _ in range(3))}
    checks.equal("the message is sent, delivered, read", set(heard), {S.SENT, S.DELIVERED, S.READ})
    checks.equal("each names the message", {status.id for status in heard.values()}, {sent["message_id"]})
    checks.equal("and who got it", {status.from_user.wa_id for status in heard.values()}, {RECIPIENT})
    checks.equal("through the number of the destination", {status.metadata.phone_number_id for status in heard.values()}, {phone_id})
    price = heard[S.DELIVERED].pricing
    checks.equal("B3 what is delivered has its price", (price.billable, price.category.value), (True, "utility"))
    checks.equal("which is not told again when it is read", heard[S.READ].pricing, None)
    simulator.message(**{"from": RECIPIENT}, phone_number_id=phone_id, text="I come tomorrow.")
    simulator.advance(seconds=60)
    answer = listener.messages.get(timeout=PATIENCE_S)
    told = (answer.text, answer.from_user.wa_id, answer.metadata.phone_number_id)
    checks.equal("the customer is the same one", answer.from_user.bsuid, heard[S.SENT].from_user.bsuid)
    checks.equal("the recipient's answer is read", told, ("I come tomorrow.", RECIPIENT, phone_id))


def everything(listener: Listener) -> None:
    """Nothing came that pywa did not read, or read twice."""
    queues = (listener.accounts, listener.templates, listener.statuses, listener.messages)
    checks.equal("no delivery was handled a second time", [one.qsize() for one in queues], [0] * len(queues))
    objects = set()
    while not listener.raw.empty():
        objects.add(listener.raw.get()["object"])
    checks.equal("every delivery is about a WhatsApp account", objects, {"whatsapp_business_account"})


checks.run(main)
