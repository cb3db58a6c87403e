import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Receives signed webhooks. Java 17 or later; no library.
 *
 * <pre>WEBHOOK_SECRET=whsec_… java Receiver.java</pre>
 *
 * whsec_…: the secret itself (v1, HMAC-SHA256). whpk_…: the public key of an Ed25519 secret (v1a).
 */
public final class Receiver {
  private static final long TOLERANCE_SECONDS = 5 * 60;
  private static final int MAX_BODY_BYTES = 1024 * 1024;
  private static final int MAX_TAKEN = 100_000;

  /** RFC 8410: what stands before the 32 bytes of an Ed25519 key in its X.509 form. */
  private static final byte[] BEFORE_KEY = HexFormat.of().parseHex("302a300506032b6570032100");

  private final boolean isPublic;
  private final byte[] key;

  /** In earnest a unique column of the database that the calls go into: it outlives a restart. */
  private final Map<String, Boolean> taken =
      Collections.synchronizedMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
              return size() > MAX_TAKEN;
            }
          });

  private final ExecutorService worker = Executors.newSingleThreadExecutor();

  private Receiver(String text) {
    isPublic = text.startsWith("whpk_");
    if (!isPublic && !text.startsWith("whsec_")) {
      throw new IllegalArgumentException("WEBHOOK_SECRET has to be whsec_… or whpk_…");
    }
    key = Base64.getDecoder().decode(text.substring(text.indexOf('_') + 1));
  }

  /** Whether one signature, such as "v1,<base64>", is right. What is of another version is passed over. */
  private boolean isRight(String given, byte[] signed) {
    String[] parts = given.split(",", 2);
    if (parts.length < 2 || !parts[0].equals(isPublic ? "v1a" : "v1")) return false;
    try {
      byte[] signature = Base64.getDecoder().decode(parts[1]);
      if (isPublic) return isRightBy(key, signature, signed);
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      // Compared in constant time: how long it takes must not tell how much of a guess is right.
      return MessageDigest.isEqual(mac.doFinal(signed), signature);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isRightBy(byte[] publicKey, byte[] signature, byte[] signed)
      throws GeneralSecurityException {
    X509EncodedKeySpec spec = new X509EncodedKeySpec(concat(BEFORE_KEY, publicKey));
    Signature verifier = Signature.getInstance("Ed25519");
    verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
    verifier.update(signed);
    return verifier.verify(signature);
  }

  /** The body is the bytes as they came: JSON that is parsed and written again may differ. */
  private boolean isSigned(Headers headers, byte[] body) {
    String id = first(headers, "webhook-id");
    String timestamp = first(headers, "webhook-timestamp");
    // An old request may be one that somebody has recorded and sends again.
    if (!timestamp.matches("[0-9]{1,12}")) return false;
    long age = System.currentTimeMillis() / 1000 - Long.parseLong(timestamp);
    if (Math.abs(age) > TOLERANCE_SECONDS) return false;
    byte[] signed = concat((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body);
    // While a secret is being changed there is a signature of each, with a blank between them.
    for (String each : first(headers, "webhook-signature").split(" ")) {
      if (isRight(each, signed)) return true;
    }
    return false;
  }

  /** Your own work. It comes after the answer: Onhook waits for that no longer than 10 seconds. */
  private void work(String id, byte[] body) {
    System.out.println("took " + id + ": " + body.length + " bytes");
  }

  private int receive(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      // What is left of the body is not read: the connection is of no more use.
      exchange.getResponseHeaders().set("Connection", "close");
      return 413;
    }
    if (!isSigned(exchange.getRequestHeaders(), body)) return 401;
    String id = first(exchange.getRequestHeaders(), "webhook-id");
    // The same webhook comes again when our answer was lost: with the same id.
    if (taken.putIfAbsent(id, true) == null) worker.execute(() -> work(id, body));
    return 200;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(receive(exchange), -1);
    }
  }

  private static String first(Headers headers, String name) {
    String value = headers.getFirst(name);
    return value == null ? "" : value;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(first);
    all.writeBytes(second);
    return all.toByteArray();
  }

  public static void main(String[] args) throws IOException {
    Receiver receiver = new Receiver(System.getenv().getOrDefault("WEBHOOK_SECRET", ""));
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8099"));
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", receiver::answer);
    server.setExecutor(Executors.newCachedThreadPool());
    server.start();
    System.out.println("Listening on http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }
}
