// SPDX-License-Identifier: Apache-2.0

import Builder
import Foundation
import Planning
import TestSupport

/// What a hook of the element `probe` found around itself in one phase.
struct HookProbe {
    let phase: Phase
    /// The environment.
    let variables: [String: String]
    /// Other facts by their name: cwd, name, uid, functions, mounts, ...
    let facts: [String: String]

    /// Phases whose hooks run outside of the chroot, in their order.
    static let outside: [Phase] = [
        .root, .extraData, .postRoot, .blockDevice, .preFinalise, .cleanup,
    ]
    static let inside: [Phase] = [.preInstall, .install, .postInstall, .finalise]

    /// The files of the element: one hook in each phase, all the same.
    static var element: [String: String] {
        Dictionary(
            uniqueKeysWithValues: (outside + inside).map {
                ("\($0.rawValue).d/42-probe", script(of: $0))
            })
    }

    private static func script(of phase: Phase) -> String {
        """
        say() { printf 'PROBE \(phase.rawValue) %s %s\\n' "$1" "$(printf '%s' "$2" | base64 | tr -d '\\n')"; }
        printf 'PROBE \(phase.rawValue) environment %s\\n' "$(env -0 | base64 | tr -d '\\n')"
        say functions "$(declare -F | sed 's/.* //' | grep -vx say | sort | tr '\\n' ' ')"
        say cwd "$PWD"; say name "$0"; say uid "$(id -u)"; say umask "$(umask)"
        say input "$(readlink /proc/self/fd/0 || true)"
        say mounts "$(awk '{ print $5, $6 }' /proc/self/mountinfo)"
        say root "$(ls -A /)"
        say tree "$(ls -A "$TMP_MOUNT_PATH" 2>/dev/null || true)"
        say written "$(touch /tmp/in_target.d/written 2>&1 || true)"
        say resolver "$(cat /etc/resolv.conf 2>/dev/null || true)"
        say library "$(ls "$_LIB" 2>/dev/null | tr '\\n' ' ' || true)"
        say values "$(dib-block-device getval root-fstype 2>&1 || true) $(element-info probe tiny-os 2>&1 || true)"
        say list "$(get_image_element_array 2>/dev/null || true)"
        """
    }

    /// The probes among the lines that a build printed, by phase.
    static func read(_ outcome: EventStream.Outcome) -> [Phase: HookProbe] {
        var texts: [Phase: [String: String]] = [:]
        for case .output(let line) in outcome.events where line.hasPrefix("PROBE ") {
            let words = line.split(separator: " ", omittingEmptySubsequences: false).map(
                String.init)
            guard words.count == 4, let phase = Phase(rawValue: words[1]),
                let data = Data(base64Encoded: words[3])
            else { continue }
            texts[phase, default: [:]][words[2]] = String(decoding: data, as: UTF8.self)
        }
        return texts.reduce(into: [:]) { probes, entry in
            var variables: [String: String] = [:]
            for text in (entry.value["environment"] ?? "").split(separator: "\0") {
                guard let equals = text.firstIndex(of: "=") else { continue }
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            probes[entry.key] = HookProbe(
                phase: entry.key, variables: variables, facts: entry.value)
        }
    }

    subscript(_ fact: String) -> String { facts[fact] ?? "" }

    /// The options of what is mounted at an absolute path; nil when nothing is.
    func mountOptions(_ path: String) -> [String]? {
        self["mounts"].split(separator: "\n").last { $0.split(separator: " ").first ?? "" == path }?
            .split(separator: " ").last?.split(separator: ",").map(String.init)
    }
}
