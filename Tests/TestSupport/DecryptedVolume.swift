// SPDX-License-Identifier: Apache-2.0

internal import LinuxSystem
package import SystemPackage

/// What is in a LUKS2 volume, decrypted by cryptsetup's volume key and Python's cryptography: no device-mapper is needed.
package enum DecryptedVolume {
    /// Arguments: the volume, a file for its key, the decrypted file; the passphrase comes on standard input.
    private static let program = """
        import json, subprocess, sys
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
        volume, key, plain = sys.argv[1:]
        subprocess.run(["cryptsetup", "luksDump", "--batch-mode", "--dump-volume-key", "--volume-key-file", key,
                        "--key-file", "-", volume], check=True, stdout=subprocess.DEVNULL)
        about = json.loads(subprocess.run(["cryptsetup", "luksDump", "--dump-json-metadata", volume],
                                          check=True, stdout=subprocess.PIPE).stdout)
        segment = about["segments"]["0"]
        assert segment["encryption"] == "aes-xts-plain64", segment
        size, cipher = segment["sector_size"], algorithms.AES(open(key, "rb").read())
        with open(volume, "rb") as source, open(plain, "wb") as target:
            source.seek(int(segment["offset"]))
            number = 0
            while sector := source.read(size):
                mode = modes.XTS((number * size // 512).to_bytes(16, "little"))
                target.write(Cipher(cipher, mode).decryptor().update(sector))
                number += 1
        """

    /// Decrypts a file that holds a LUKS2 volume and nothing else; the result lies beside it.
    package static func decrypt(_ volume: FilePath, passphrase: String) throws -> FilePath {
        let plain = FilePath("\(volume).plain")
        var command = Command(
            "/usr/bin/python3", ["-c", program, volume.string, "\(volume).key", plain.string])
        command.standardInput = .text(passphrase)
        try Command("rm", ["-f", "\(volume).key"]).checkedOutput()
        try command.checkedOutput()
        return plain
    }
}
