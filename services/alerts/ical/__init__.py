"""Schedules as iCalendar (RFC 5545): shifts for people's own calendars, overrides from theirs."""
