<?php

/*
 * Receives signed webhooks. PHP 8.0 or later; no package. To try it:
 *
 *   WEBHOOK_SECRET=whsec_… php -d enable_post_data_reading=0 -S 127.0.0.1:8099 receiver.php
 *
 * whsec_…: the secret itself (v1, HMAC-SHA256). whpk_…: the public key of an Ed25519 secret (v1a), which needs the
 * extension sodium, a part of PHP. Without enable_post_data_reading=0 PHP leaves no bytes of a multipart body to verify.
 */

declare(strict_types=1);

const TOLERANCE_SECONDS = 5 * 60;
const MAX_BODY_BYTES = 1024 * 1024;

/** Whether one signature, such as "v1,<base64>", is right. What is of another version is passed over. */
function isRight(string $given, string $signed, string $key): bool
{
    [$version, $text] = explode(',', $given, 2) + [1 => ''];
    $signature = (string) base64_decode($text, true);
    $bytes = (string) base64_decode(substr($key, strpos($key, '_') + 1), true);
    if (str_starts_with($key, 'whpk_')) {
        return $version === 'v1a'
            && strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES
            && sodium_crypto_sign_verify_detached($signature, $signed, $bytes);
    }
    // Compared in constant time: how long it takes must not tell how much of a guess is right.
    return $version === 'v1' && hash_equals(hash_hmac('sha256', $signed, $bytes, true), $signature);
}

/** $body is the bytes as they came: JSON that is parsed and written again may differ. */
function isSigned(string $body, string $key): bool
{
    $id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
    // An old request may be one that somebody has recorded and sends again.
    if (preg_match('/^\d{1,12}$/D', $timestamp) !== 1) {
        return false;
    }
    if (abs(time() - (int) $timestamp) > TOLERANCE_SECONDS) {
        return false;
    }
    // While a secret is being changed there is a signature of each, with a blank between them.
    foreach (explode(' ', $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '') as $each) {
        if (isRight($each, "$id.$timestamp.$body", $key)) {
            return true;
        }
    }
    return false;
}

/**
 * Whether this webhook is taken for the first time: it comes again, with the same id, when our answer was lost. Here a
 * file for each id; in earnest a unique column of the database that the calls go into.
 */
function isNew(string $id): bool
{
    $folder = getenv('WEBHOOK_TAKEN') ?: sys_get_temp_dir() . '/webhooks-taken';
    @mkdir($folder, 0700, true);
    $file = @fopen($folder . '/' . hash('sha256', $id), 'x');
    return $file !== false && fclose($file);
}

/** Your own work: put it into a queue. Onhook waits for the answer no longer than 10 seconds. */
function enqueue(string $id, string $body): void
{
    error_log("took $id: " . strlen($body) . ' bytes');
}

function receive(string $key): int
{
    $body = (string) file_get_contents('php://input', length: MAX_BODY_BYTES + 1);
    if (strlen($body) > MAX_BODY_BYTES) {
        return 413;
    }
    if (!isSigned($body, $key)) {
        return 401;
    }
    $id = $_SERVER['HTTP_WEBHOOK_ID'];
    if (isNew($id)) {
        enqueue($id, $body);
    }
    return 200;
}

$key = (string) getenv('WEBHOOK_SECRET');
if (preg_match('/^wh(sec|pk)_./', $key) !== 1) {
    error_log('WEBHOOK_SECRET has to be whsec_… or whpk_…');
    http_response_code(500);
} else {
    http_response_code(receive($key));
}
