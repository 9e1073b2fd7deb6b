"""The admin of figures."""

from reporting.admin import figures

__all__ = ["figures"]
