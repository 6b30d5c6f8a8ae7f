"""The map from ZIP codes to congressional districts, and where it comes from."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Length
from django.utils import timezone

from advocacy.models.representatives import ordinal
from advocacy.places import AT_LARGE, HOUSE_SEATS, WITHOUT_SENATORS, State

if TYPE_CHECKING:
    from typing import Self


def congress_on(day: datetime.date) -> int:
    """The number of the Congress that sits on a day: each begins on January 3 of an odd year."""
    has_begun = day >= datetime.date(day.year, 1, 3)
    return (day.year - (0 if has_begun else 1) - 1789) // 2 + 1


class DistrictMap(models.Model):
    """Where the map comes from and how old it is: one row, written by ``import_districts``."""

    congress = models.PositiveSmallIntegerField()
    published_on = models.DateField(null=True, blank=True, help_text="Blank where nobody knows.")
    source_address = models.URLField(max_length=500)
    zip_codes = models.PositiveIntegerField(default=0)
    loaded_at = models.DateTimeField()

    class Meta:
        verbose_name = "district map"
        verbose_name_plural = "district maps"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="district_map_only_one")
        ]

    def __str__(self) -> str:
        return f"{ordinal(self.congress)} Congress"

    @property
    def is_outdated(self) -> bool:
        """Whether a later Congress sits today, whose districts may have other borders."""
        return self.congress < congress_on(timezone.localdate())


class DistrictQuerySet(models.QuerySet["District"]):
    """Districts in the order in which people list them."""

    def by_number(self) -> Self:
        """By state, and in it by number."""
        return self.order_by("state", Length("number"), "number")

    def for_zip(self, zip_code: str) -> Self:
        """All that a ZIP code touches; none where the map does not know it."""
        return self.filter(zip_rows__zip_code=zip_code)


class District(models.Model):
    """A district of the House that the map names."""

    state = models.CharField(max_length=2, choices=State)
    number = models.CharField(max_length=2, help_text="0 is at large.")

    objects = DistrictQuerySet.as_manager()

    class Meta:
        verbose_name = "district"
        verbose_name_plural = "districts"
        constraints = [models.UniqueConstraint(fields=["state", "number"], name="district_unique")]

    def __str__(self) -> str:
        return f"{self.state}-{'AL' if self.number == AT_LARGE else self.number}"

    @property
    def name(self) -> str:
        """The district in words, anywhere: California's 30th district, Wyoming (at large)."""
        if self.number == AT_LARGE:
            return f"{self.get_state_display()} (at large)"
        return f"{self.get_state_display()}’s {self.line}"

    @property
    def line(self) -> str:
        """The district in words, under the name of its state."""
        if self.number == AT_LARGE:
            return "at-large district"
        return f"{ordinal(int(self.number))} district"

    @property
    def has_senators(self) -> bool:
        """Whether its place is a state, which sends two to the Senate."""
        return self.state not in WITHOUT_SENATORS


class ZipDistrict(models.Model):
    """A ZIP code that touches a district. Forty thousand of them: a row holds no more than that."""

    pk = models.CompositePrimaryKey("zip_code", "district")
    zip_code = models.CharField(max_length=5)
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, related_name="zip_rows", db_index=False
    )

    class Meta:
        verbose_name = "ZIP code in a district"
        verbose_name_plural = "ZIP codes in districts"

    def __str__(self) -> str:
        return f"{self.zip_code} in {self.district_id}"


def is_a_district(state: str, number: str) -> bool:
    """Whether a state has this district since the census of 2020."""
    seats = HOUSE_SEATS[state]
    return number == AT_LARGE if seats == 1 else 1 <= int(number) <= seats
