"""The roles as groups: what each may do. Team membership decides on which tickets (see tickets.models.visibility)."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils.translation import gettext_lazy as _

_READ_WORK = {
    "tickets.view_bot", "tickets.view_handoffrule", "tickets.view_botsession",
    "tickets.view_ticket", "tickets.view_message", "tickets.view_attachment", "tickets.view_conversation",
    "tickets.view_ticketevent", "tickets.view_customer", "tickets.view_customeridentity", "tickets.view_organization",
    "tickets.view_team", "tickets.view_teammembership", "tickets.view_tag", "tickets.view_review", "accounts.view_user",
    "tickets.view_businesshours", "tickets.view_businesshoursspan", "tickets.view_holiday",
    "channels_app.view_channel", "channels_app.view_brand", "channels_app.view_messagetemplate",
    "tickets.view_topic", "tickets.view_article",
    "tickets.view_slapolicy", "tickets.view_slatimer", "tickets.view_routingrule", "tickets.view_routingdecision",
    "surveys.view_response", "surveys.view_invitation",
    "surveys.view_rootcause", "surveys.view_incentive", "surveys.view_couponcode", "surveys.view_recoverycase",
    "surveys.view_correctiveaction",
    "reporting.view_ticketfact",
    "tickets.view_quickreply", "tickets.view_quickreplyfolder", "tickets.view_quickreplyvariant", "tickets.view_macro",
}  # fmt: skip
_DO_WORK = {
    "tickets.change_ticket", "tickets.add_ticket", "tickets.reply_ticket", "tickets.assign_ticket", "tickets.merge_ticket",
    "tickets.add_customer", "tickets.change_customer", "tickets.add_customeridentity", "tickets.add_tag",
    "tickets.add_organization", "tickets.change_organization",
    "surveys.add_recoverycase", "surveys.change_recoverycase", "surveys.add_correctiveaction", "surveys.change_correctiveaction",
    "surveys.add_invitation",
    # One's own ones; with the right to share also those of a team and of everybody.
    "tickets.add_quickreply", "tickets.change_quickreply", "tickets.delete_quickreply",
    "tickets.add_macro", "tickets.change_macro", "tickets.delete_macro",
}  # fmt: skip
_LEAD_WORK = {
    "reporting.view_goal", "reporting.change_goal",
    "surveys.add_rootcause", "surveys.change_rootcause", "surveys.approve_incentive", "surveys.coach_agent",
    "surveys.view_recoverysettings", "surveys.change_recoverysettings", "surveys.view_recoverytext",
    "tickets.share_quickreply", "tickets.share_macro", "tickets.add_quickreplyfolder", "tickets.change_quickreplyfolder",
    "tickets.delete_quickreplyfolder",
    "tickets.add_topic", "tickets.change_topic", "tickets.add_article", "tickets.change_article",
    "tickets.change_tag", "tickets.delete_tag", "tickets.view_publictext", "tickets.add_publictext", "tickets.change_publictext",
    "tickets.delete_publictext", "tickets.change_team", "tickets.add_teammembership",
    "tickets.change_teammembership", "tickets.delete_teammembership", "channels_app.view_inboundevent",
    "channels_app.change_inboundevent", "surveys.view_survey", "core.view_jobrun", "surveys.view_every_response",
    "reporting.view_every_figure", "tickets.add_review",
}  # fmt: skip
_SET_UP = {
    "surveys.add_recoverytext", "surveys.change_recoverytext", "surveys.delete_recoverytext",
    "surveys.add_incentive", "surveys.change_incentive", "surveys.redeem_incentive", "surveys.change_couponcode",
    "tickets.add_bot", "tickets.change_bot", "tickets.add_handoffrule", "tickets.change_handoffrule", "tickets.delete_handoffrule",
    "tickets.view_llmsettings", "tickets.change_llmsettings", "tickets.view_llmcall",
    "tickets.view_scoreweights", "tickets.change_scoreweights",
    "tickets.add_slapolicy", "tickets.change_slapolicy", "tickets.delete_slapolicy",
    "tickets.add_routingrule", "tickets.change_routingrule", "tickets.delete_routingrule", "tickets.view_triageitem",
    "tickets.change_triageitem",
    "tickets.add_businesshours", "tickets.change_businesshours", "tickets.delete_businesshours",
    "tickets.add_businesshoursspan", "tickets.change_businesshoursspan", "tickets.delete_businesshoursspan",
    "tickets.add_holiday", "tickets.change_holiday", "tickets.delete_holiday",
    "tickets.add_team", "accounts.add_user", "accounts.change_user", "accounts.view_apikey", "accounts.add_apikey",
    "accounts.change_apikey", "auth.view_group", "channels_app.add_channel", "channels_app.change_channel",
    "channels_app.add_brand", "channels_app.change_brand", "surveys.add_survey", "surveys.change_survey",
    # Votes that another system took; people only read them.
    "surveys.add_response",
    "core.view_sitesettings", "core.change_sitesettings", "core.change_jobrun", "admin.view_logentry",
}  # fmt: skip

ROLES: dict[str, set[str]] = {
    "agent": _READ_WORK | _DO_WORK,
    "lead": _READ_WORK | _DO_WORK | _LEAD_WORK,
    "administrator": _READ_WORK | _DO_WORK | _LEAD_WORK | _SET_UP,
    "auditor": _READ_WORK
    | {code for code in _LEAD_WORK | _SET_UP if ".view_" in code}
    | {"tickets.view_every_ticket", "surveys.view_every_response", "reporting.view_every_figure"},
    "marketing": {
        "tickets.view_public_posts", "surveys.view_response", "surveys.view_every_response", "surveys.view_survey",
        "reporting.view_ticketfact", "reporting.view_every_figure", "channels_app.view_channel", "channels_app.view_brand",
        "tickets.view_team", "tickets.view_review",
    },
}  # fmt: skip

ROLE_LABELS = {
    "agent": _("agent"),
    "lead": _("lead"),
    "administrator": _("administrator"),
    "auditor": _("auditor (reads everything)"),
    "marketing": _("marketing (figures, reviews, public posts)"),
}


def ensure_roles(**kwargs: Any) -> None:
    """Create the role groups and give each at least its own permissions; what somebody added stays. Runs after migrate."""
    stored = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    for name, codes in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.add(*[stored[code] for code in codes if code in stored])
