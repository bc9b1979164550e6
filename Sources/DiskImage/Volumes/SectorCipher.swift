// SPDX-License-Identifier: Apache-2.0

internal import CCrypto
internal import Diagnostics

/// AES-256-XTS as dm-crypt has it under "aes-xts-plain64": the tweak is the number of the sector, counted in 512 bytes.
///
/// dm-crypt itself wants the kernel's device-mapper, which containers do not have; libcrypto's cipher gives the same bytes.
final class SectorCipher {
    /// In bytes: two keys of AES-256.
    static let keySize = 64

    let sectorSize: Int
    private let context: OpaquePointer

    /// A cipher for sectors of 512 or 4096 bytes.
    init(key: [UInt8], sectorSize: Int) throws {
        guard key.count == Self.keySize, let context = EVP_CIPHER_CTX_new() else {
            throw Self.failure
        }
        self.sectorSize = sectorSize
        self.context = context
        guard EVP_EncryptInit_ex(context, EVP_aes_256_xts(), nil, key, nil) == 1 else {
            throw Self.failure
        }
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    /// Encrypts whole sectors in place, of which the first begins at the byte `offset` of the volume.
    func encrypt(_ bytes: inout [UInt8], at offset: Int64) throws {
        precondition(bytes.count % sectorSize == 0 && offset % Int64(sectorSize) == 0)
        try bytes.withUnsafeMutableBufferPointer { buffer in
            for start in stride(from: 0, to: buffer.count, by: sectorSize) {
                guard let sector = buffer.baseAddress?.advanced(by: start) else { return }
                var tweak = (UInt64((offset + Int64(start)) / 512).littleEndian, UInt64(0))
                var count: Int32 = 0
                let isDone = withUnsafeBytes(of: &tweak) { tweak in
                    EVP_EncryptInit_ex(
                        context, nil, nil, nil, tweak.bindMemory(to: UInt8.self).baseAddress) == 1
                        && EVP_EncryptUpdate(context, sector, &count, sector, Int32(sectorSize))
                            == 1
                }
                guard isDone, Int(count) == sectorSize else { throw Self.failure }
            }
        }
    }

    private static var failure: BuildError {
        BuildError(
            .environment, "libcrypto has no AES-256-XTS on this machine",
            hint: "Check whether its configuration, openssl.cnf, forbids that cipher.")
    }
}
