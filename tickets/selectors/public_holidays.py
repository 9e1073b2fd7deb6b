"""Public holidays by country and region (ISO 3166 codes), and how both are called."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

# What the column of a region holds.
_LONGEST_REGION = 10
_WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, kw_only=True)
class PublicCalendar:
    """The public holidays of a country and region: closed days of whoever works there."""

    country: str
    region: str = ""

    def days_off(self, year: int) -> frozenset[date]:
        """The holidays of a year; none where the country's law of that year is not known."""
        return frozenset(_holidays_of(self.country, self.region, year))


def public_holidays(country: str, region: str, *, years: Sequence[int]) -> dict[date, str]:
    """The public holidays of a country and region by day, with their names; none for codes that nobody knows."""
    found: dict[date, str] = {}
    for year in years:
        found |= _holidays_of(country, region, year)
    return found


@lru_cache(maxsize=1)
def known_countries() -> Mapping[str, str]:
    """The countries whose holidays are known: code -> English name, by name."""
    names = {codes[1]: _WORD_START.sub(" ", codes[0]) for codes in COUNTRIES.values()}
    return dict(sorted(names.items(), key=lambda item: item[1]))


@lru_cache(maxsize=64)
def known_regions(country: str) -> Mapping[str, str]:
    """The regions of a country that have holidays of their own: code -> name there (the code where it has none)."""
    if country not in known_countries():
        return {}
    law = holidays.country_holidays(country)
    names = {code: name for name, code in reversed(list(law.subdivisions_aliases.items()))}
    return {code: names.get(code, code) for code in law.subdivisions if len(code) <= _LONGEST_REGION}


def region_code(country: str, text: str) -> str | None:
    """The code of a region by its code or name, whatever the case; None for one that the country does not have."""
    wanted = text.strip().casefold()
    for code, name in known_regions(country).items():
        if wanted in (code.casefold(), name.casefold()):
            return code
    return None


@lru_cache(maxsize=512)
def _holidays_of(country: str, region: str, year: int) -> Mapping[date, str]:
    if not country:
        return {}
    try:
        law = holidays.country_holidays(country, subdiv=region or None)
        if not law.start_year <= year <= law.end_year:
            return {}
        return dict(holidays.country_holidays(country, subdiv=region or None, years=year))
    except NotImplementedError:
        return {}
