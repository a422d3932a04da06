import json
import os
from base64 import urlsafe_b64decode
from html import escape
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

STYLES = Path("../page/styles.css").read_text()


def page(title, content):
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Python</title><link rel="icon" href="data:,"><style>{STYLES}</style></head>
<body>
<header><strong>Python example</strong><a href="/">Home</a><a href="/reports">Reports</a><a href="/_local-alb">What was sent</a><a href="/logout">Sign out</a></header>
<main><h1>{title}</h1>{content}</main>
</body>
</html>
"""


def user_of(environ):
    """Whom the gateway let through: it always sets this header, whatever the client sent."""
    data = environ["HTTP_X_COGNITO_AUTH_USER"]
    return json.loads(urlsafe_b64decode(data + "=" * (-len(data) % 4)))


def app(environ, start_response):
    user = user_of(environ)
    if environ["PATH_INFO"] == "/":
        groups = escape(", ".join(user["groups"]))
        facts = f"<dl><dt>E-mail</dt><dd>{escape(user['email'])}</dd><dt>Groups</dt><dd>{groups}</dd></dl>"
        status, body = "200 OK", page(f"Hello, {escape(user['name'])}", facts)
    elif environ["PATH_INFO"] != "/reports":
        status, body = "404 Not Found", page("Not found", "<p>There is no such page.</p>")
    elif "admins" in user["groups"]:
        status, body = "200 OK", page("Reports", "<p>Only members of the group <code>admins</code> read this.</p>")
    else:
        status, body = "403 Forbidden", page("For admins", "<p>You are not in the group <code>admins</code>.</p>")
    start_response(status, [("Content-Type", "text/html; charset=utf-8")])
    return [body.encode()]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


make_server(os.environ["HOST"], int(os.environ["PORT"]), app, handler_class=Quiet).serve_forever()
