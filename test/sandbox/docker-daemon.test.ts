import { expect, test } from "vitest";
import { daemonAddresses } from "../../src/sandbox/docker-daemon.ts";

test("without DOCKER_HOST the usual sockets are tried", () => {
  expect(daemonAddresses({ HOME: "/home/a", XDG_RUNTIME_DIR: "/run/user/1" })).toEqual([
    { socketPath: "/var/run/docker.sock" },
    { socketPath: "/run/user/1/docker.sock" },
    { socketPath: "/home/a/.docker/run/docker.sock" },
  ]);
  expect(daemonAddresses({})).toEqual([{ socketPath: "/var/run/docker.sock" }]);
});

test("DOCKER_HOST is the only place when it is set", () => {
  expect(daemonAddresses({ DOCKER_HOST: "unix:///x/d.sock", HOME: "/h" })).toEqual([
    { socketPath: "/x/d.sock" },
  ]);
  expect(daemonAddresses({ DOCKER_HOST: "tcp://10.0.0.1:2376" })).toEqual([
    { host: "10.0.0.1", port: 2376 },
  ]);
  expect(daemonAddresses({ DOCKER_HOST: "tcp://d" })).toEqual([{ host: "d", port: 2375 }]);
  expect(daemonAddresses({ DOCKER_HOST: "nonsense" })).toEqual([]);
});
