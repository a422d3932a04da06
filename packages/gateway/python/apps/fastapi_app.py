from typing import Annotated

from fastapi import FastAPI, Header, Request, WebSocket
from fastapi.responses import HTMLResponse

app = FastAPI()
counts: dict[str, int] = {}
Email = Annotated[str, Header(alias="x-auth-request-email")]

PAGE = """<!doctype html><p>Signed in as <span id="who"></span></p><p id="count"></p><button>Count</button>
<input type="file"><p id="bytes"></p>
<script>
const show = (id, text) => { document.getElementById(id).textContent = text }
let socket
function connect() {
  socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws')
  socket.onmessage = ({ data }) => { const { email, count } = JSON.parse(data); show('who', email); show('count', 'count=' + count) }
  socket.onclose = () => setTimeout(connect, 100)
}
connect()
document.querySelector('button').onclick = () => socket.send('count')
document.querySelector('input').onchange = async ({ target }) => {
  const answer = await fetch('/upload', { method: 'PUT', body: target.files[0] })
  show('bytes', 'bytes=' + await answer.text())
}
</script>"""


@app.get("/")
def page(email: Email):
    return HTMLResponse(PAGE.replace("<span id=\"who\">", f"<span id=\"who\">{email}"))


@app.put("/upload")
async def upload(request: Request):
    return sum([len(chunk) async for chunk in request.stream()])


@app.websocket("/ws")
async def talk(socket: WebSocket):
    await socket.accept()
    email = socket.headers["x-auth-request-email"]
    try:
        while True:
            await socket.send_json({"email": email, "count": counts.setdefault(email, 0)})
            await socket.receive_text()
            counts[email] += 1
    except Exception:
        pass
