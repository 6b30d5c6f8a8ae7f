"""Readers' pages. A GET changes nothing; what is typed stands in no address."""
