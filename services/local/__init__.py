"""The embedded stack: a real Kafka and mongod out of packages, and a supervisor that runs them.

It owes the services nothing but two addresses; against other servers none of this is used.
"""
