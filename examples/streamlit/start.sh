# The local load balancer gives the gateway a port; the gateway gives the app another one.
exec node ../../packages/gateway/dist/cli.mjs --listen "127.0.0.1:$PORT" --sign-out-path /logout -- \
  streamlit run app.py --server.headless=true --browser.gatherUsageStats=false '--server.trustedUserHeaders={"x-auth-request-email":"email","x-auth-request-groups":"groups"}'
