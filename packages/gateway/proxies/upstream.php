<?php
header('content-type: application/json');
echo json_encode(array_filter($_SERVER, fn($name) => preg_match('/^(HTTP_|REMOTE_USER)/', $name), ARRAY_FILTER_USE_KEY));
