// SPDX-License-Identifier: Apache-2.0

/// What an image that is handed on must not have: what ties it to one machine, and what nobody else may know.
package enum AuditRule: String, Codable, CaseIterable, Sendable {
    case hostKey = "host-key"
    case machineID = "machine-id"
    case randomSeed = "random-seed"
    case lease
    case networkName = "network-name"
    case instanceData = "instance-data"
    case hostName = "host-name"
    case authorizedKey = "authorized-key"
    case password
    case privateKey = "private-key"
    case token
    case history
    case proxy
    case log
    case owner

    package enum Severity: String, Codable, Sendable { case error, warning }

    /// Where content of its kind has its place.
    package enum Place: String, Codable, Sendable {
        /// In the image: the same for every machine.
        case global
        /// In the metadata that a machine gets when it starts.
        case metadata = "metadata-provided"
        /// On the machine: made there, and kept when the image is replaced.
        case persistent
    }

    package var severity: Severity {
        switch self {
        case .authorizedKey, .log, .owner, .hostName, .proxy: .warning
        default: .error
        }
    }

    package var place: Place {
        switch self {
        case .hostKey, .machineID, .randomSeed, .lease, .networkName, .instanceData, .history, .log:
            .persistent
        case .hostName, .authorizedKey, .password, .privateKey, .token, .proxy: .metadata
        case .owner: .global
        }
    }

    /// What to do about it, in one sentence.
    package var fix: String {
        switch self {
        case .hostKey: "Remove it, and have sshd's keys made on first boot."
        case .machineID: "Leave the file empty: systemd fills it on first boot, machine-id(5)."
        case .randomSeed: "Remove it: each machine makes its own."
        case .lease: "Remove it."
        case .networkName: "Remove it: another machine has other addresses."
        case .instanceData: "Remove it: it is made for each machine."
        case .hostName: "Name no host: metadata does."
        case .authorizedKey: "Let metadata bring the keys, or keep the image to yourself."
        case .password:
            "Lock the account with 'passwd --lock' and without a hash, and log in by key."
        case .privateKey: "Remove it, hand it over by metadata, and consider it known."
        case .token: "Remove it, hand it over by metadata, and withdraw it."
        case .history: "Remove it."
        case .proxy: "Remove it, unless the image is for that network."
        case .log: "Empty it."
        case .owner: "Give it to an account of the image."
        }
    }
}
