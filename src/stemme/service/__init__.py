"""The HTTP service: the pipeline and the exports, for who asks over the network.

`app.create_app` makes the application, `server.serve` runs it. Whatever else is to be served (a page, webhooks)
takes its analyses from `desk.Desk`, which is the one way from a request to the model.
"""
