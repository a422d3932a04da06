import os

from dash import Dash, Input, Output, State, callback, dcc, html
from flask import request

app = Dash(__name__)
app.layout = [
    html.P(id="who"),
    html.Button("Count", id="button"),
    html.P(id="count"),
    dcc.Store(id="store", data=0),
]


# Callbacks are requests like any other: they know who asks.
@callback(
    Output("who", "children"),
    Output("count", "children"),
    Output("store", "data"),
    Input("button", "n_clicks"),
    State("store", "data"),
)
def count(clicks, before):
    after = before + (1 if clicks else 0)
    return f"Signed in as {request.headers['X-Auth-Request-Email']}", f"count={after}", after


@app.server.put("/upload")
def upload():
    size = 0
    while chunk := request.stream.read(65536):
        size += len(chunk)
    return str(size)


app.run(port=os.environ["PORT"], host="127.0.0.1")
