import os

from dash import Dash, Input, Output, callback, dcc, html
from flask import request

app = Dash(__name__)
app.layout = [html.P(id="who"), dcc.Input(id="text", value="hello")]


@callback(Output("who", "children"), Input("text", "value"))
def who(text):
    return f"{request.headers['X-Auth-Request-Email']} says {text}"


app.run(host=os.environ["HOST"], port=os.environ["PORT"])
