import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import { inspect } from "node:util";
import { cleanServiceError } from "../../lib/channel/cleanServiceError.js";
import { refusalIn } from "../../lib/channel/refusalIn.js";
import { describeError } from "../../lib/printable.js";

describe("cleanServiceError", () => {
  it("keeps the code, the details and the metadata, and says code, name and details", () => {
    const metadata = new Metadata();
    metadata.set("x-request", "1");
    const error = cleanServiceError(serviceError(status.PERMISSION_DENIED, "not yours", metadata));
    expect(error).to.be.instanceOf(Error);
    expect(error.message).to.equal("7 PERMISSION_DENIED: not yours");
    expect(error.code).to.equal(status.PERMISSION_DENIED);
    expect(error.details).to.equal("not yours");
    expect(error.metadata).to.equal(metadata);
  });

  it("has the stack of itself, not of the error that it was made from", () => {
    const dirty = serviceError(status.UNAVAILABLE, "line one\nINFO all is well\u001b[2J");
    const { stack } = cleanServiceError(dirty);
    expect(dirty.stack).to.match(/^INFO all is well/m);
    expect(stack).to.not.match(/^INFO all is well/m);
    expect(stack).to.not.include("\u001b");
    expect(stack).to.include("14 UNAVAILABLE: line one\\u000aINFO all is well\\u001b[2J");
  });

  it("has no cause or other property that would show the original", () => {
    const error = cleanServiceError(serviceError(status.UNAVAILABLE, "a\nb"));
    expect(Object.keys(error).sort()).to.deep.equal(["code", "details", "metadata"]);
    expect(error.cause).to.equal(undefined);
  });

  it("shows no control character, whatever a peer says", () => {
    const unit = fc
      .oneof(fc.nat(0x9f), fc.integer({ min: 0x2020, max: 0x2070 }))
      .map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 400 }), (details) => {
        const error = cleanServiceError(serviceError(status.UNKNOWN, details));
        for (const text of [error.message, error.details]) {
          expect(text).to.not.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        }
      }),
    );
  });

  it("drops the note that grpc-js ends with when it has none to make", () => {
    const noted = (note: string) =>
      cleanServiceError(serviceError(status.UNAVAILABLE, `down. Resolution note: ${note}`));
    expect(noted("").details).to.equal("down");
    expect(noted("no such host").details).to.equal("down. Resolution note: no such host");
  });

  it("cuts what is long", () => {
    const error = cleanServiceError(serviceError(status.UNKNOWN, "x".repeat(100_000)));
    expect(error.message.length).to.be.lessThan(1_000);
    expect(error.details.length).to.be.lessThan(1_000);
  });

  it("takes nothing for a secret where it is told of none", () => {
    const trailers = new Metadata();
    trailers.set("x-request", "undefined");
    const error = cleanServiceError(serviceError(status.UNKNOWN, "undefined", trailers));
    expect(error.details).to.equal("undefined");
    expect(error.metadata).to.equal(trailers);
  });

  describe("where it is told of a secret", () => {
    const secret = "s3cret.t0ken+/";
    const repeated = `"${secret}" is no valid token (${secret})`;

    it("shows it nowhere, however often the peer repeats it", () => {
      const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, repeated), { secret });
      expect(error.details).to.equal('"[credential token]" is no valid token ([credential token])');
      expect(inspect(error, { depth: Infinity, showHidden: true })).to.not.include(secret);
    });

    it("shows no part of it that a cut would leave", () => {
      const details = "x".repeat(195) + secret;
      const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, details), { secret });
      expect(inspect(error, { depth: Infinity, showHidden: true })).to.not.include(secret.slice(0, 4));
    });

    for (const [kind, header, value] of [
      ["text", "x-refused", secret],
      ["text with more around it", "x-refused", `token=${secret};`],
      ["bytes", "grpc-status-details-bin", Buffer.from(repeated)],
    ] as const) {
      it(`lets go of the trailers that repeat it as ${kind}`, () => {
        const trailers = new Metadata();
        trailers.set(header, value);
        trailers.set("x-request", "1");
        const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, "no", trailers), { secret });
        expect(error.metadata.getMap()).to.deep.equal({});
      });
    }

    for (const [kind, value] of [
      ["in another case", secret.toUpperCase()],
      ["escaped as in a URL", encodeURIComponent(secret)],
    ] as const) {
      it(`shows it nowhere, repeated ${kind}`, () => {
        const trailers = new Metadata();
        trailers.set("x-refused", value);
        const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, `no: ${value}`, trailers), { secret });
        expect(error.details).to.equal("no: [credential token]");
        expect(error.metadata.getMap()).to.deep.equal({});
      });
    }

    it("lets go of the trailers that repeat it as a name", () => {
      const trailers = new Metadata();
      trailers.set("S3cret", "1");
      const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, "no", trailers), { secret: "S3cret" });
      expect(error.metadata.getMap()).to.deep.equal({});
    });

    for (const type of ["application/grpc", "application/grpc+proto", `application/grpc+${secret}`]) {
      it(`keeps of such trailers that they came as gRPC: a refusal stays one (${type})`, () => {
        const trailers = new Metadata();
        trailers.set("content-type", type);
        trailers.set("x-refused", secret);
        const error = cleanServiceError(serviceError(status.PERMISSION_DENIED, "no", trailers), { secret });
        expect(error.metadata.getMap()).to.deep.equal({ "content-type": "application/grpc" });
        expect(refusalIn(error)).to.equal("misconfigured");
      });
    }

    it("makes no gRPC of a web page that repeats it", () => {
      const trailers = new Metadata();
      trailers.set("content-type", "text/html");
      trailers.set("x-refused", secret);
      const error = cleanServiceError(serviceError(status.PERMISSION_DENIED, "no", trailers), { secret });
      expect(error.metadata.getMap()).to.deep.equal({});
    });

    it("keeps the trailers that do not", () => {
      const trailers = new Metadata();
      trailers.set("x-request", "1");
      const error = cleanServiceError(serviceError(status.UNAUTHENTICATED, "no", trailers), { secret });
      expect(error.metadata.getMap()).to.deep.equal({ "x-request": "1" });
    });
  });

  for (const [code, before] of [
    [status.UNKNOWN, ""],
    [status.UNAVAILABLE, ""],
    [status.INTERNAL, "Invalid status from control plane: 3 INVALID_ARGUMENT "],
  ] as const) {
    it(`withholds what call credentials threw, ${status[code]}: it may be secret`, () => {
      const failed = `${before}Getting metadata from plugin failed`;
      const details = `${failed} with error: certificate of client_secret=hunter2\n\u2028hunter2. Resolution note: `;
      const error = cleanServiceError(serviceError(code, details));
      expect(error.details).to.equal(`${failed}; its error is withheld, since it may be secret`);
      expect(error.message).to.equal(`${code} ${status[code]}: ${error.details}`);
      expect(inspect(error, { depth: Infinity, showHidden: true })).to.not.include("hunter2");
    });
  }

  describe("hints at a likely cause in the message, and in nothing else,", () => {
    it("of UNIMPLEMENTED: the wrong port", () => {
      const error = cleanServiceError(serviceError(status.UNIMPLEMENTED, "no such method"));
      expect(error.message).to.match(/^12 UNIMPLEMENTED: no such method \(.*port.*50051.*\)$/);
      expect(error.details).to.equal("no such method");
    });

    const noHttp2 =
      "No connection established. Last error: Failed to connect (2026-01-01T00:00:00.000Z). Resolution note: ";

    it("of a plaintext connection that is accepted and comes to nothing: TLS", () => {
      const error = cleanServiceError(serviceError(status.UNAVAILABLE, noHttp2), { isPlaintext: true });
      expect(error.message).to.match(/\(.*plaintext.*TLS.*\)$/);
      expect(error.details).to.equal(noHttp2.replace(". Resolution note: ", ""));
    });

    for (const fault of [
      "Error: self-signed certificate",
      "Error: unable to get local issuer certificate",
      "Error: certificate has expired",
      "Error: Hostname/IP does not match certificate's altnames: IP: 127.0.0.1 is not in the cert's list: ",
      "80BCB7:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:rec_layer_s3.c:1590",
      "Error: write EPROTO 80BCB7:error:0A00010B",
      "Error: Client network socket disconnected before secure TLS connection was established",
    ]) {
      it(`of a TLS connection that says "${fault}": TLS`, () => {
        const details = `No connection established. Last error: ${fault}`;
        const error = cleanServiceError(serviceError(status.UNAVAILABLE, `${details}. Resolution note: `));
        expect(error.message).to.match(/\(TLS: .*certificate.*\)$/);
        expect(error.details).to.equal(details);
      });
    }

    it("in the place of what the code says already, where the details begin with that", () => {
      const hint = "(TLS: do both sides expect it, and trust each other's certificate?)";
      for (const [details, shown] of [
        ["No connection established. Last error: Error: write EPROTO", "Error: write EPROTO"],
        ["EPROTO: No connection established. Last error: none", "EPROTO: No connection established. Last error: none"],
      ] as const) {
        const { message } = cleanServiceError(serviceError(status.UNAVAILABLE, details));
        expect(message).to.equal(`14 UNAVAILABLE: ${shown} ${hint}`);
      }
    });

    it("where it is seen, however long the details are", () => {
      const openSsl =
        "800C26D5467F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:" +
        "../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1590:SSL alert number 116";
      for (const details of [`No connection established. Last error: ${openSsl}`, "\n".repeat(300) + openSsl]) {
        expect(describeError(cleanServiceError(serviceError(status.UNAVAILABLE, details)))).to.match(/\(TLS: .*\)$/);
      }
      const { message } = cleanServiceError(serviceError(status.UNAVAILABLE, openSsl));
      expect(message).to.include("certificate required");
    });

    it("but of no other", () => {
      const refused = "No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1";
      for (const error of [
        cleanServiceError(serviceError(status.UNAVAILABLE, noHttp2)),
        cleanServiceError(serviceError(status.UNAVAILABLE, refused), { isPlaintext: true }),
        cleanServiceError(serviceError(status.INTERNAL, noHttp2), { isPlaintext: true }),
        cleanServiceError(serviceError(status.UNAVAILABLE, refused)),
        cleanServiceError(serviceError(status.UNAVAILABLE, "certificate"), { isPlaintext: true }),
        cleanServiceError(serviceError(status.PERMISSION_DENIED, "the certificate is not yours")),
      ]) {
        expect(error.message.endsWith(error.details)).to.be.true;
      }
    });
  });

  describe("takes an error that is not quite one of gRPC's", () => {
    it("without a code: UNKNOWN", () => {
      const error = cleanServiceError(new Error("odd"));
      expect(error.code).to.equal(status.UNKNOWN);
      expect(error.message).to.equal("2 UNKNOWN: odd");
      expect(error.details).to.equal("odd");
      expect(error.metadata.getMap()).to.deep.equal({});
    });

    const oddCodes: readonly unknown[] = [99, -1, Number.NaN];
    for (const code of oddCodes) {
      it(`with the code ${String(code)}: as it is, and without a name`, () => {
        const error = cleanServiceError(serviceError(code as status, "odd"));
        expect(error.code).to.deep.equal(code);
        expect(error.message).to.equal(`${String(code)} an unknown status: odd`);
      });
    }
  });
});

function serviceError(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}
