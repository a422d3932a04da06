import streamlit as st

st.title("Reports")
st.write(f"Signed in as {st.user.email}")
if "admins" in st.user.groups.split(","):
    st.success("You are an admin.")
clicks = st.session_state.setdefault("clicks", 0)
if st.button("Count"):
    clicks = st.session_state.clicks = clicks + 1
st.metric("Clicks in this session", clicks)
st.bar_chart({"visits": [3, 1, 4, 1, 5, 9, 2, 6]})
