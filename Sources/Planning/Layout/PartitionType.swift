// SPDX-License-Identifier: Apache-2.0

/// What a partition is for, as its table says it.
///
/// The short codes are those of sgdisk, which the original's configurations use; the identifiers behind them are those
/// of the UEFI specification and of the Discoverable Partitions Specification.
package enum PartitionType: Codable, Equatable, Sendable {
    /// The byte of an MBR entry.
    case code(UInt8)
    /// The GUID of a GPT entry, upper case.
    case guid(String)

    package static let linux = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
    package static let efiSystem = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
    package static let biosBoot = "21686148-6449-6E6F-744E-656564454649"
    package static let powerBoot = "9E1A2D38-C612-4316-AA26-8B49521E5A8B"
    /// The extended partition of an MBR, which holds the logical ones.
    package static let extendedCode: UInt8 = 0x0F

    /// GPT's identifiers by the code that stands for them.
    package static let guids: [String: String] = [
        "0700": "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7",
        "4100": powerBoot,
        "8200": "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
        "8300": linux,
        "8302": "933AC7E1-2EB4-4F13-B844-0E14E2AEF915",
        "8303": "44479540-F297-41B2-9AF7-D131D5F0458A",
        "8304": "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
        "8305": "B921B045-1DF0-41C3-AF44-4C6F280D3FAE",
        "8306": "3B8F8425-20E0-4F3B-907F-1A25A76F98E8",
        "8310": "4D21B016-B534-45C2-A9FB-5C16E091FD2D",
        "EA00": "BC13C2FF-59E6-4262-A352-B275FD6F7172",
        "EF00": efiSystem,
        "EF02": biosBoot,
    ]

    /// The type that `text` names in a table of `kind`: hexadecimal digits with or without "0x", for a GPT also a GUID.
    ///
    /// nil for anything else.
    package init?(_ text: String, in kind: PartitionTable.Kind) {
        let digits = text.hasPrefix("0x") || text.hasPrefix("0X") ? text.dropFirst(2) : text[...]
        switch kind {
        case .mbr:
            guard let code = UInt8(digits, radix: 16), code != 0 else { return nil }
            self = .code(code)
        case .gpt:
            if let guid = Self.guids[digits.uppercased()] {
                self = .guid(guid)
            } else if Self.isGUID(text) {
                self = .guid(text.uppercased())
            } else {
                return nil
            }
        }
    }

    /// What a partition without a type is: one for Linux.
    package static func standard(in kind: PartitionTable.Kind) -> PartitionType {
        kind == .mbr ? .code(0x83) : .guid(linux)
    }

    /// Whether it is the boot partition of a POWER machine.
    package var isPowerBoot: Bool { self == .code(0x41) || self == .guid(Self.powerBoot) }

    static func isGUID(_ text: String) -> Bool {
        text.split(separator: "-", omittingEmptySubsequences: false).map(\.count)
            == [8, 4, 4, 4, 12]
            && text.allSatisfy { $0 == "-" || $0.isASCII && $0.isHexDigit }
    }
}

extension PartitionType: CustomStringConvertible {
    package var description: String {
        switch self {
        case .code(let code): "0x" + (code < 16 ? "0" : "") + String(code, radix: 16)
        case .guid(let guid): PartitionType.guids.first { $0.value == guid }?.key ?? guid
        }
    }
}
