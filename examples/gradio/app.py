import gradio as gr


def greet(text, request: gr.Request):
    return f"{request.headers['x-auth-request-email']} says {text}"


with gr.Blocks() as demo:
    text = gr.Textbox("hello", label="Text")
    said = gr.Textbox(label="Said")
    text.submit(greet, text, said)
    demo.load(greet, text, said)

demo.launch()
