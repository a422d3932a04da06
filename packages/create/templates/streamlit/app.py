from urllib.parse import unquote

import streamlit as st

# The gateway has verified these, and replaced whatever the browser sent.
email = unquote(st.context.headers["X-Auth-Request-Email"])
groups = [unquote(group) for group in st.context.headers["X-Auth-Request-Groups"].split(",") if group]

st.title(f"Hello, {email}")
st.write("Groups:", ", ".join(groups))
if "admins" in groups:
    st.header("For admins")
st.link_button("Sign out", "/logout")
