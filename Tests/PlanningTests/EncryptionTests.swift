// SPDX-License-Identifier: Apache-2.0

import Diagnostics
import Planning
import Testing

/// What a layout with LUKS volumes becomes, and what its keys must be; refusals of layouts are in LayoutRefusalTests.
struct EncryptionTests {
    private func plan(_ keys: [EncryptionKey], _ text: String = LayoutSample.encrypted) throws
        -> BuildPlan
    {
        let request = Sample.request("os") {
            $0.diskConfiguration = YAMLSource(kind: "disk layout", name: "d.yaml", text: text)
            $0.encryptionKeys = keys
        }
        return try Sample.plan(request, [Sample.system])
    }

    @Test func aLayoutSaysWhatIsEncryptedAndWhoOpensIt() throws {
        let layout = try plan(LayoutSample.keys).layout
        #expect(
            layout.encryptions == [
                Encryption(name: "safe", keyFile: "/etc/keys/safe", options: "luks,nofail"),
                Encryption(name: "luks_paging"),
                Encryption(name: "vault", uuid: "5d9a2b4c-0f3e-4c21-9d7a-3b1f6e8a7c90"),
            ])
        #expect(
            layout.encryptionTable == """
                safe LABEL=safe /etc/keys/safe luks,nofail
                luks_paging LABEL=luks_paging none luks
                vault LABEL=vault none luks

                """)
        #expect(layout.values[.encryption] == "luks")
        let types = layout.disks[0].partitions.map(\.type)
        #expect(types[0] == .luks(in: .gpt) && types[2] == .lvm(in: .gpt))
        #expect(try plan([], LayoutSample.gpt).layout.values[.encryption] == "none")
    }

    @Test func aPlanIsShownWithoutKeys() throws {
        let plan = try plan(LayoutSample.keys)
        #expect(plan.request.encryptionKeys == LayoutSample.keys)
        #expect(plan.withoutSecrets().request.encryptionKeys.map(\.key) == ["***", "***", "***"])
    }

    @Test func keysAndVolumesMustBelongTogether() throws {
        func expect(_ keys: [EncryptionKey], _ message: String, _ hint: String) {
            let error = #expect(throws: BuildError.self) { try plan(keys) }
            #expect(error?.code == .refused && error?.message == message && error?.hint == hint)
        }
        let all = LayoutSample.keys
        expect(
            Array(all[..<2]), "disk layout 'd.yaml': no key was given for the LUKS volume 'vault'",
            "Add '--luks-key vault=FILE', or '--luks-passphrase vault=FILE' for the first line of FILE."
        )
        expect(
            all + [EncryptionKey(name: "valt", key: "eA==")],
            "a key was given for 'valt', which disk layout 'd.yaml' does not have",
            "Did you mean 'vault'?")
        expect(
            all + [all[0]], "two keys were given for the LUKS volume 'safe'",
            "Leave one of them out; cryptsetup(8) adds more in the running system.")
        let error = #expect(throws: BuildError.self) { try plan([all[0]], LayoutSample.gpt) }
        #expect(error?.hint == "Leave it out: nothing in the layout is encrypted.")
    }
}
