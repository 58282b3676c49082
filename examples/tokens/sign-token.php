<?php
// php sign-token.php KEY USER: prints a token for an hour, signed with RSA.
[, $keyFile, $user] = $argv;

function encode(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

$now = time();
$header = ['alg' => 'RS256', 'kid' => 'rsa'];
$claims = [
    'iss' => 'shop', 'aud' => 'tidings', 'sub' => $user, 'iat' => $now, 'exp' => $now + 3600,
    'tidings' => ['subscribe' => ['topic:shop.#']],
];
$input = encode(json_encode($header)) . '.' . encode(json_encode($claims));
if (!openssl_sign($input, $signature, file_get_contents($keyFile), OPENSSL_ALGO_SHA256)) {
    exit(1);
}
echo $input . '.' . encode($signature) . "\n";
