// SPDX-License-Identifier: Apache-2.0

/// What a running machine says of itself, in lines of a name and a value.
struct MachineFacts: Equatable {
    private let lines: [(name: Substring, value: Substring)]

    static func == (one: Self, other: Self) -> Bool {
        one.lines.elementsEqual(other.lines) { $0 == $1 }
    }

    /// The script that asks for them, for a shell of the default user, who may become root.
    static let script = """
        set -u
        # A unit that waits for something for ever is never started.
        timeout 180 systemctl is-system-running --wait >/dev/null 2>&1
        exec sudo -n /bin/sh -c '
        echo "hostname $(hostname)"
        echo "machine-id $(cat /etc/machine-id)"
        for file in /etc/ssh/ssh_host_*_key.pub; do echo "host-key $(cut -d " " -f 2 "$file")"; done
        [ ! -e /var/lib/systemd/random-seed ] || echo "random-seed $(sha256sum </var/lib/systemd/random-seed)"
        echo "root-size $(df --block-size=1 --output=size / | tail -n 1)"
        ip -o address show scope global | while read -r _ _ _ address _; do echo "address ${address%/*}"; done
        ip -o -4 address show scope link | while read -r _ _ _ address _; do echo "address ${address%/*}"; done
        systemctl --failed --no-legend --plain | while read -r unit _; do echo "failed $unit"; done
        systemctl show --property=FirmwareTimestampMonotonic,LoaderTimestampMonotonic,InitRDTimestampMonotonic,UserspaceTimestampMonotonic,FinishTimestampMonotonic |
            while IFS== read -r name value; do echo "$name $value"; done
        '
        """

    init(_ text: String) {
        lines = text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }

    /// All values of a name, in their order.
    func all(_ name: String) -> [String] {
        lines.filter { $0.name == name }.map { String($0.value).trimmed }
    }

    /// The first value of a name; empty when there is none.
    func first(_ name: String) -> String { all(name).first ?? "" }

    /// Seconds of the kernel, the initramfs and the rest of the boot, systemd-analyze(1).
    var stages: [String: Double] {
        let initramfs = Double(first("InitRDTimestampMonotonic")) ?? 0
        let userspace = Double(first("UserspaceTimestampMonotonic")) ?? 0
        let finish = Double(first("FinishTimestampMonotonic")) ?? 0
        var stages: [String: Double] = [:]
        if userspace > 0 { stages["kernel"] = (initramfs > 0 ? initramfs : userspace) / 1e6 }
        if initramfs > 0 { stages["initramfs"] = (userspace - initramfs) / 1e6 }
        if finish > userspace { stages["userspace"] = (finish - userspace) / 1e6 }
        return stages
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
