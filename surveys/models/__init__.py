"""What is asked, who was asked, and what he answered."""

from surveys.models.invitation import Invitation, Response
from surveys.models.survey import Survey

__all__ = ["Invitation", "Response", "Survey"]
