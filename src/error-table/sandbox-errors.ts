import type { ErrorKind } from "./error-kind.ts";

/** Of the sandbox. */
export const sandboxErrors = {
  SANDBOX_NEEDS_JAVA: {
    message:
      "The sandbox found neither a Docker daemon that answers nor Java 17 or later: install one of them (on Debian, `apt install openjdk-17-jre-headless`).",
    retryable: false,
  },
  SANDBOX_NEEDS_MAVEN: {
    message:
      "The sandbox found no Docker daemon and no `mvn` to fetch Kafka and the schema registry with: install Apache Maven (on Debian, `apt install maven`) or Docker.",
    retryable: false,
  },
  SANDBOX_NEEDS_DOCKER: {
    message:
      "ONHOOK_SANDBOX is docker, but no Docker daemon has or gets the images: start Docker, or leave ONHOOK_SANDBOX empty to run the sandbox on Java.",
    retryable: false,
  },
  SANDBOX_CHOICE: {
    message: 'ONHOOK_SANDBOX is "{value}"; it takes docker, java or nothing.',
    retryable: false,
  },
  SANDBOX_PORT_TAKEN: {
    message: "Port {port} of 127.0.0.1 is in use: choose another, or none for a free one.",
    retryable: false,
  },
  SANDBOX_DOWNLOAD: {
    message: "Maven could not fetch the sandbox's programs: {reason}",
    retryable: true,
  },
  SANDBOX_CANNOT_RUN: {
    message: "The sandbox could not start {program}: {reason}",
    retryable: false,
  },
  SANDBOX_DIED: {
    message: "The sandbox's {part} ended by itself ({how}); the last lines of its log:\n{log}",
    retryable: false,
  },
  SANDBOX_SLOW: {
    message:
      "The sandbox's {part} did not answer within {seconds} s; the last lines of its log:\n{log}",
    retryable: true,
  },
  SANDBOX_CANNOT: {
    message: "A sandbox of kind {kind} can not {action}.",
    retryable: false,
  },
} as const satisfies Record<string, ErrorKind>;
