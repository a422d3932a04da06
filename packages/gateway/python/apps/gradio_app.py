import os

import gradio as gr

with gr.Blocks() as demo:
    who = gr.Markdown()
    number = gr.State(0)
    shown = gr.Markdown("count=0")
    button = gr.Button("Count")
    file = gr.File(label="File")
    size = gr.Markdown()

    def greet(request: gr.Request):
        return f"Signed in as {request.headers['x-auth-request-email']}"

    def count(before):
        return before + 1, f"count={before + 1}"

    demo.load(greet, None, who)
    button.click(count, number, [number, shown])
    file.upload(lambda path: f"bytes={os.path.getsize(path)}", file, size)

demo.launch()
