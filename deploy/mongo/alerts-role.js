// The role of the user as whom alerts sign in: what people did may be added to alerts.audit, and
// never changed or removed. Made once, by the owner of the database:
//   mongosh "$OWNERS_URI" deploy/mongo/alerts-role.js
// Only alerts need this user, and nobody else needs a right to alerts.audit.
db.getSiblingDB("handoff").createRole({
  "role": "handoffAlerts",
  "privileges": [
    {
      "resource": {"db": "handoff", "collection": "alerts.audit"},
      "actions": ["find", "insert", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.audit_head"},
      "actions": ["find", "insert", "update"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.alerts"},
      "actions": ["find", "insert", "update", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.heard"},
      "actions": ["find", "insert", "update", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.notices"},
      "actions": ["find", "insert", "update", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.outbox"},
      "actions": ["find", "insert", "update", "remove", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.relay"},
      "actions": ["find", "insert", "update"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.releases"},
      "actions": ["find", "insert", "update", "createIndex"]
    },
    {
      "resource": {"db": "handoff", "collection": "alerts.silences"},
      "actions": ["find", "insert", "update", "createIndex"]
    }
  ],
  "roles": []
});
