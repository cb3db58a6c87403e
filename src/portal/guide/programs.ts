/** The receivers of the guide: files beside this one, which the tests run. */
export const programs = [
  {
    id: "node",
    name: "Node.js",
    file: "node/receiver.mjs",
    run: "WEBHOOK_SECRET=whsec_… node receiver.mjs",
  },
  {
    id: "python",
    name: "Python",
    file: "python/receiver.py",
    run: "WEBHOOK_SECRET=whsec_… python3 receiver.py",
  },
  {
    id: "php",
    name: "PHP",
    file: "php/receiver.php",
    run: "WEBHOOK_SECRET=whsec_… php -d enable_post_data_reading=0 -S 127.0.0.1:8099 receiver.php",
  },
  {
    id: "go",
    name: "Go",
    file: "go/receiver.go",
    run: "WEBHOOK_SECRET=whsec_… go run receiver.go",
  },
  {
    id: "java",
    name: "Java",
    file: "java/Receiver.java",
    run: "WEBHOOK_SECRET=whsec_… java Receiver.java",
  },
] as const;
export type ProgramId = (typeof programs)[number]["id"];
