from typing import Annotated
from urllib.parse import unquote

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()


class User(BaseModel):
    email: str
    groups: list[str]


def signed_in(
    x_auth_request_email: Annotated[str, Header()],
    x_auth_request_groups: Annotated[str, Header()] = "",
) -> User:
    # The gateway has verified these, and replaced whatever the browser sent.
    groups = [unquote(group) for group in x_auth_request_groups.split(",") if group]
    return User(email=unquote(x_auth_request_email), groups=groups)


def admin(user: Annotated[User, Depends(signed_in)]) -> User:
    if "admins" not in user.groups:
        raise HTTPException(403)
    return user


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.get("/")
def hello(user: Annotated[User, Depends(signed_in)]) -> User:
    return user


@app.get("/admin")
def admins_only(user: Annotated[User, Depends(admin)]) -> dict[str, str]:
    return {"admin": user.email}
