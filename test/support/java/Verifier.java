import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Verifies webhooks as a receiver in Java does: `v1` by the library of Standard Webhooks, `v1a` by Java's own Ed25519.
 * A line of standard input each: key, id, timestamp, signatures, and the body in base64, divided by tabs. Answers `yes` or
 * `no`, a line each.
 */
public final class Verifier {
  /** RFC 8410: what stands before the key in the DER of a public one. */
  private static final byte[] BEFORE_KEY = HexFormat.of().parseHex("302a300506032b6570032100");

  public static void main(String[] args) throws Exception {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] parts = line.split("\t", -1);
      byte[] body = Base64.getDecoder().decode(parts[4]);
      boolean verified =
          parts[0].startsWith("whpk_")
              ? byPublicKey(parts[0], parts[1], parts[2], parts[3], body)
              : bySecret(parts[0], parts[1], parts[2], parts[3], body);
      System.out.println(verified ? "yes" : "no");
    }
  }

  private static boolean bySecret(
      String secret, String id, String timestamp, String signatures, byte[] body) throws Exception {
    Map<String, List<String>> headers =
        Map.of(
            "webhook-id", List.of(id),
            "webhook-timestamp", List.of(timestamp),
            "webhook-signature", List.of(signatures));
    try {
      new Webhook(secret).verify(new String(body, StandardCharsets.UTF_8), headers);
      return true;
    } catch (WebhookVerificationException refused) {
      return false;
    }
  }

  private static boolean byPublicKey(
      String key, String id, String timestamp, String signatures, byte[] body) throws Exception {
    byte[] raw = Base64.getDecoder().decode(key.substring("whpk_".length()));
    byte[] der = new byte[BEFORE_KEY.length + raw.length];
    System.arraycopy(BEFORE_KEY, 0, der, 0, BEFORE_KEY.length);
    System.arraycopy(raw, 0, der, BEFORE_KEY.length, raw.length);
    PublicKey publicKey = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
    for (String signature : signatures.split(" ")) {
      if (!signature.startsWith("v1a,")) continue;
      Signature verifying = Signature.getInstance("Ed25519");
      verifying.initVerify(publicKey);
      verifying.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      verifying.update(body);
      if (verifying.verify(Base64.getDecoder().decode(signature.substring(4)))) return true;
    }
    return false;
  }
}
