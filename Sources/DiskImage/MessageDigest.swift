// SPDX-License-Identifier: Apache-2.0

internal import CCrypto
internal import Diagnostics
internal import Planning

/// A checksum of bytes that come piece by piece; libcrypto uses the processor's own instructions for it.
final class MessageDigest {
    private let context: OpaquePointer

    init(_ algorithm: Digest.Algorithm = .sha256) throws {
        guard let context = EVP_MD_CTX_new() else { throw Self.failure(algorithm) }
        self.context = context
        let method =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sha512: EVP_sha512()
            case .md5: EVP_md5()
            }
        guard EVP_DigestInit_ex(context, method, nil) == 1 else { throw Self.failure(algorithm) }
    }

    deinit { EVP_MD_CTX_free(context) }

    func update(_ bytes: UnsafeRawBufferPointer) throws {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            throw BuildError(.buildFailed, "cannot compute a checksum")
        }
    }

    /// The checksum, hexadecimal and in lower case; nothing can be added afterwards.
    func finish() throws -> String {
        var value = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &value, &count) == 1 else {
            throw BuildError(.buildFailed, "cannot compute a checksum")
        }
        return value.prefix(Int(count)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
            .joined()
    }

    /// The checksum of bytes that are all there.
    static func of(_ bytes: [UInt8], _ algorithm: Digest.Algorithm = .sha256) throws -> String {
        let digest = try MessageDigest(algorithm)
        try bytes.withUnsafeBytes { try digest.update($0) }
        return try digest.finish()
    }

    private static func failure(_ algorithm: Digest.Algorithm) -> BuildError {
        BuildError(
            .environment, "libcrypto computes no \(algorithm.rawValue) on this machine",
            hint: "Check whether its configuration, openssl.cnf, forbids that checksum.")
    }
}
