"""Tickets of help desks, as Zendesk and Intercom send them: authenticated, read, and told in tags.

A sender (`zendesk.Zendesk`, `intercom.Intercom`) knows one help desk's signature and payloads; `inbox.Inbox` refuses
what has come before. The analysis is that of any other text, by `stemme.service.desk`.
"""
