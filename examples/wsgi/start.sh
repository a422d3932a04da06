# The local load balancer gives the gateway a port; the gateway gives the app another one.
exec node ../../packages/gateway/dist/cli.mjs --listen "127.0.0.1:$PORT" --sign-out-path /logout -- python3 app.py
