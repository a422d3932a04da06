import streamlit as st

st.session_state.setdefault("count", 0)
st.write(f"Signed in as {st.user.email}")
if st.button("Count"):
    st.session_state.count += 1
st.write(f"count={st.session_state.count}")
if file := st.file_uploader("File"):
    st.write(f"bytes={file.size}")
