"""What is asked, who was asked, what he answered, and how lost trust is won back."""

from surveys.models.causes import CorrectiveAction, RootCause
from surveys.models.incentive import CouponCode, Incentive
from surveys.models.invitation import Answer, Invitation, Response
from surveys.models.recovery import (
    ActionNotice,
    RecoveryCase,
    RecoverySettings,
    RecoverySignal,
    RecoveryStep,
    RecoveryText,
)
from surveys.models.survey import Survey, SurveyQuestion, SurveyWording

__all__ = [
    "ActionNotice",
    "Answer",
    "CorrectiveAction",
    "CouponCode",
    "Incentive",
    "Invitation",
    "RecoveryCase",
    "RecoverySettings",
    "RecoverySignal",
    "RecoveryStep",
    "RecoveryText",
    "Response",
    "RootCause",
    "Survey",
    "SurveyQuestion",
    "SurveyWording",
]
