from typing import Annotated

from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.get("/")
def hello(email: Annotated[str, Header(alias="x-auth-request-email")]):
    return {"hello": email}


@app.get("/admin")
def admin(groups: Annotated[str, Header(alias="x-auth-request-groups")]):
    if "admins" not in groups.split(","):
        raise HTTPException(403, "for admins")
    return {"admin": True}
