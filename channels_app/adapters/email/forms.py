"""The settings of an e-mail channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from channels_app.forms import ChannelConfigForm, LinesField, check_mail_address, is_local_host

TLS, STARTTLS, PLAIN = "tls", "starttls", "plain"
SECURITY = [(TLS, _("TLS from the start")), (STARTTLS, _("STARTTLS")), (PLAIN, _("none (this machine only)"))]
IMAP_PORTS = {TLS: 993, STARTTLS: 143, PLAIN: 143}
SMTP_PORTS = {TLS: 465, STARTTLS: 587, PLAIN: 25}


class EmailConfigForm(ChannelConfigForm):
    """One mailbox: its address, where mail is fetched, where it is sent."""

    def trial_settings(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"address": "support@desk.example"}, {}

    secret_names = ("imap_password", "smtp_password")
    sections = (
        (_("Address"), ("address", "aliases")),
        (
            _("Incoming mail (IMAP)"),
            (
                "imap_host", "imap_security", "imap_port", "imap_username", "imap_password", "folders", "first_poll",
                "first_poll_since", "after_storing", "move_to_folder",
            ),
        ),
        (_("Outgoing mail (SMTP)"), ("smtp_host", "smtp_security", "smtp_port", "smtp_username", "smtp_password")),
        (_("Finding the ticket of a reply"), ("reply_address_mode", "has_subject_tag")),
    )  # fmt: skip

    address = forms.CharField(
        label=_("address"),
        max_length=320,
        help_text=_("The address your customers write to. Replies come from it."),
    )
    aliases = LinesField(
        label=_("further addresses"),
        required=False,
        help_text=_("Other addresses that end in the same mailbox, one a line. Mail from them is never a customer's."),
    )
    imap_host = forms.CharField(
        label=_("IMAP server"),
        max_length=253,
        required=False,
        help_text=_(
            "From your provider's page “set up a mail program”, for example imap.example.com. Empty: mail is not fetched; "
            "it comes in over the SMTP listener or a pipe."
        ),
    )
    imap_security = forms.ChoiceField(label=_("IMAP encryption"), choices=SECURITY, required=False, initial=TLS)
    imap_port = forms.IntegerField(
        label=_("IMAP port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=_("Empty: 993 with TLS, else 143."),
    )
    imap_username = forms.CharField(
        label=_("IMAP user name"), max_length=320, required=False, help_text=_("Empty: the address.")
    )
    imap_password = forms.CharField(
        label=_("IMAP password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("Providers with two-step login want an “app password”, made in the account's security page."),
    )
    folders = LinesField(
        label=_("folders"),
        required=False,
        help_text=_("Which folders are read, one a line. Empty: INBOX."),
    )
    first_poll = forms.ChoiceField(
        label=_("start with"),
        choices=[("new", _("only new mail from now on")), ("since", _("everything since a date"))],
        required=False,
        initial="new",
    )
    first_poll_since = forms.DateField(
        label=_("since"), required=False, help_text=_("Mail that arrived on this day or later becomes tickets.")
    )
    after_storing = forms.ChoiceField(
        label=_("mail that was fetched"),
        choices=[("leave", _("stays as it is")), ("seen", _("is marked as read")), ("move", _("is moved to a folder"))],
        required=False,
        initial="leave",
        help_text=_("Done after the mail is safe here. What was fetched is remembered without it."),
    )
    move_to_folder = forms.CharField(label=_("folder for fetched mail"), max_length=200, required=False)
    smtp_host = forms.CharField(
        label=_("SMTP server"),
        max_length=253,
        required=False,
        help_text=_("For outgoing mail, for example smtp.example.com. Empty: the installation's own mail server."),
    )
    smtp_security = forms.ChoiceField(label=_("SMTP encryption"), choices=SECURITY, required=False, initial=STARTTLS)
    smtp_port = forms.IntegerField(
        label=_("SMTP port"),
        min_value=1,
        max_value=65535,
        required=False,
        help_text=_("Empty: 465 with TLS, 587 with STARTTLS, 25 without."),
    )
    smtp_username = forms.CharField(
        label=_("SMTP user name"),
        max_length=320,
        required=False,
        help_text=_("Empty together with the password: no login."),
    )
    smtp_password = forms.CharField(label=_("SMTP password"), required=False, strip=False, widget=forms.PasswordInput)
    reply_address_mode = forms.ChoiceField(
        label=_("reply address"),
        choices=[("plain", _("the address itself")), ("plus", _("the address with a secret plus tag"))],
        required=False,
        initial="plain",
        help_text=_(
            "The tag finds the ticket even when a mail program drops all else. Only where address+tag is delivered."
        ),
    )
    has_subject_tag = forms.BooleanField(
        label=_("reference in the subject"),
        required=False,
        help_text=_("Adds [ref:…] to the subject, for customers whose system drops the other marks."),
    )

    def clean_address(self) -> str:
        return check_mail_address(self.cleaned_data["address"])

    def clean_aliases(self) -> list[str]:
        return [check_mail_address(alias) for alias in self.cleaned_data["aliases"]]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        self._check_server("imap", values)
        self._check_server("smtp", values)
        if values.get("imap_host") and not self.has_secret("imap_password"):
            self.add_error("imap_password", _("The IMAP server wants a password."))
        if values.get("first_poll") == "since" and not values.get("first_poll_since"):
            self.add_error("first_poll_since", _("Say since when."))
        if values.get("after_storing") == "move" and not values.get("move_to_folder"):
            self.add_error("move_to_folder", _("Say which folder."))
        return values

    def _check_server(self, prefix: str, values: dict[str, Any]) -> None:
        host = values.get(f"{prefix}_host")
        if host and values.get(f"{prefix}_security") == PLAIN and not is_local_host(host):
            self.add_error(
                f"{prefix}_security",
                _("Without encryption the password crosses the network in clear. Choose TLS or STARTTLS."),
            )
