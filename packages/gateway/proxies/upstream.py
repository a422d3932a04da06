"""Apps that fold the names of headers: each answers, as JSON, the variables that it would read an identity from."""
import json
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

kind, port = sys.argv[1], int(sys.argv[2])


def variables(environ):
    return {name: value for name, value in environ.items() if name.startswith(("HTTP_", "REMOTE_"))}


if kind == "flask":
    from flask import Flask, jsonify, request

    app = Flask(__name__)

    @app.route("/", defaults={"path": ""}, methods=["GET", "POST"])
    @app.route("/<path:path>", methods=["GET", "POST"])
    def answer(path):
        return jsonify(variables(request.environ))

    app.run("127.0.0.1", port)
else:

    class Quiet(WSGIRequestHandler):
        def log_message(self, *args):
            pass

    def app(environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        environ["wsgi.input"].read(length)
        start_response("200 OK", [("content-type", "application/json")])
        return [json.dumps(variables(environ)).encode()]

    make_server("127.0.0.1", port, app, handler_class=Quiet).serve_forever()
