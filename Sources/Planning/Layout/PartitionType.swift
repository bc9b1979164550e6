// SPDX-License-Identifier: Apache-2.0

/// What a partition is for, as its table says it.
///
/// The short codes are those of sgdisk, which the original's configurations use; the identifiers behind them are those
/// of the UEFI specification and of the Discoverable Partitions Specification.
package enum PartitionType: Equatable, Sendable {
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
        "0C01": "E3C9E316-0B5C-4DB8-817D-F92DF00215AE",
        "2700": "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC",
        "3000": "7412F7D5-A156-4B13-81DC-867174929325",
        "4100": powerBoot,
        "4200": "AF9B60A0-1431-4F62-BC68-3311714A69AD",
        "7501": "37AFFC90-EF7D-4E96-91C3-2D7AE055B174",
        "7F00": "FE3A2A5D-4F32-41A7-B725-ACCC3285A309",
        "7F01": "3CB8E202-3B7E-47DD-8A3C-7FF2A13CFCEC",
        "7F02": "2E0A753D-9E48-43B0-8337-B15192CB1B5E",
        "8200": "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F",
        "8300": linux,
        "8301": "8DA63339-0007-60C0-C436-083AC8230908",
        "8302": "933AC7E1-2EB4-4F13-B844-0E14E2AEF915",
        "8303": "44479540-F297-41B2-9AF7-D131D5F0458A",
        "8304": "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
        "8305": "B921B045-1DF0-41C3-AF44-4C6F280D3FAE",
        "8306": "3B8F8425-20E0-4F3B-907F-1A25A76F98E8",
        "8307": "69DAD710-2CE4-4E3C-B16C-21A1D49ABED3",
        "8308": "7FFEC5C9-2D00-49B7-8941-3EA10A5586B7",
        "8309": "CA7D7CCB-63ED-4C53-861C-1742536059CC",
        "830A": "993D8D3D-F80E-4225-855A-9DAF8ED7EA97",
        "830B": "D13C5D3B-B5D1-422A-B29F-9454FDC89D76",
        "830C": "2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5",
        "8310": "4D21B016-B534-45C2-A9FB-5C16E091FD2D",
        "8311": "7EC6F557-3BC5-4ACA-B293-16EF5DF639D1",
        "8312": "773F91EF-66D4-49B5-BD83-D683BF40AD16",
        "8313": "75250D76-8CC6-458E-BD66-BD47CC81A812",
        "8314": "8484680C-9521-48C6-9C11-B0720656F69E",
        "8315": "7D0359A3-02B3-4F0A-865C-654403E70625",
        "8316": "B0E01050-EE5F-4390-949A-9101B17104E9",
        "8317": "4301D2A6-4E3B-4B2A-BB94-9E0B2C4225EA",
        "8318": "8F461B0D-14EE-4E81-9AA9-049B6FB97ABD",
        "8319": "77FF5F63-E7B6-4633-ACF4-1565B864C0E6",
        "831A": "C215D751-7BCD-4649-BE90-6627490A4C05",
        "831B": "6E11A4E7-FBCA-4DED-B9E9-E1A512BB664E",
        "831C": "6A491E03-3BE7-4545-8E38-83320E0EA880",
        "8E00": "E6D6D379-F507-44C2-A23C-238F2A3DF928",
        "A501": "83BD6B9D-7F41-11DC-BE0B-001560B84F0F",
        "A502": "516E7CB5-6ECF-11D6-8FF8-00022D09712B",
        "A503": "516E7CB6-6ECF-11D6-8FF8-00022D09712B",
        "A504": "516E7CBA-6ECF-11D6-8FF8-00022D09712B",
        "EA00": "BC13C2FF-59E6-4262-A352-B275FD6F7172",
        "EF00": efiSystem,
        "EF01": "024DEE41-33E7-11D3-9D69-0008C781F39F",
        "EF02": biosBoot,
        "FD00": "A19D880F-05FC-4D3B-A006-743F0F84911E",
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

    /// What a partition without a type is when it is a physical volume of LVM.
    package static func lvm(in kind: PartitionTable.Kind) -> PartitionType {
        kind == .mbr ? .code(0x8E) : .guid("E6D6D379-F507-44C2-A23C-238F2A3DF928")
    }

    /// What a partition without a type is when it is encrypted.
    package static func luks(in kind: PartitionTable.Kind) -> PartitionType {
        kind == .mbr ? .code(0xE8) : .guid("CA7D7CCB-63ED-4C53-861C-1742536059CC")
    }

    /// Whether it is the boot partition of a POWER machine.
    package var isPowerBoot: Bool { self == .code(0x41) || self == .guid(Self.powerBoot) }

    /// Whether UEFI firmware looks for boot loaders on it.
    package var isEFISystem: Bool { self == .code(0xEF) || self == .guid(Self.efiSystem) }

    /// Whether it is the place of a core image of GRUB in a GPT.
    package var isBIOSBoot: Bool { self == .guid(Self.biosBoot) }

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
