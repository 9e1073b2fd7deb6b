"""The admin of figures and goals."""

from reporting.admin import figures, goals

__all__ = ["figures", "goals"]
