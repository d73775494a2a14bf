"""What people answer where they were told of an alert: in PagerDuty or Slack, over signed HTTP."""
