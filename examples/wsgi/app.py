import os
from html import escape
from urllib.parse import unquote
from wsgiref.simple_server import WSGIRequestHandler, make_server


def app(environ, start_response):
    email = unquote(environ["HTTP_X_AUTH_REQUEST_EMAIL"])
    groups = [unquote(group) for group in environ["HTTP_X_AUTH_REQUEST_GROUPS"].split(",")]
    if environ["PATH_INFO"] == "/reports" and "admins" not in groups:
        start_response("403 Forbidden", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"for admins"]
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [f"<!doctype html><title>Python</title><p>Signed in as {escape(email)}".encode()]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


make_server(os.environ["HOST"], int(os.environ["PORT"]), app, handler_class=Quiet).serve_forever()
