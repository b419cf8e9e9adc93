using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>How far a translation has come.</summary>
    public enum TranslationStatus
    {
        /// <summary>APS does not say, or says a word this library does not know; the status text has it.</summary>
        Unknown = 0,
        /// <summary>Not begun.</summary>
        Pending = 1,
        /// <summary>Under way.</summary>
        InProgress = 2,
        /// <summary>Over: done.</summary>
        Success = 3,
        /// <summary>Over: failed. The messages say why.</summary>
        Failed = 4,
        /// <summary>Over: given up after too long a time.</summary>
        Timeout = 5
    }

    /// <summary>What the translation of a design made, and how far it has come. Texts are null where APS says
    /// nothing.</summary>
    public sealed unsafe class Manifest
    {
        internal Manifest(ManifestHandle manifest)
        {
            Json = Text.Decode(Native.apsfetch_manifest_json(manifest));
            Urn = Text.Decode(Native.apsfetch_manifest_urn(manifest));
            Status = (TranslationStatus)Native.apsfetch_manifest_status(manifest);
            StatusText = Text.Decode(Native.apsfetch_manifest_status_text(manifest));
            Progress = Text.Decode(Native.apsfetch_manifest_progress(manifest));
            Percent = (int?)Numbers.Known(Native.apsfetch_manifest_percent(manifest));
            Region = Text.Decode(Native.apsfetch_manifest_region(manifest));
            Type = Text.Decode(Native.apsfetch_manifest_type(manifest));
            Version = Text.Decode(Native.apsfetch_manifest_version(manifest));
            HasThumbnail = Native.apsfetch_manifest_has_thumbnail(manifest) != 0;
            Nodes = ManifestNode.All(this, manifest);
            Derivatives = Nodes.Where(node => node.IsDerivative).ToList();
        }

        /// <summary>Reads a manifest that you have kept as JSON text.</summary>
        /// <exception cref="ApsArgumentException">It is none.</exception>
        public static Manifest FromJson(string json)
        {
            ApsLibrary.Load();
            using (var manifest = Parse(json))
            {
                return new Manifest(manifest);
            }
        }

        // Not in FromJson, see ApsClient.NewClient.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static ManifestHandle Parse(string json)
        {
            fixed (byte* text = Text.Encode(json, nameof(json)))
            {
                Call.Check(Native.apsfetch_manifest_from_json(text, out var manifest, out var error), error);
                return manifest;
            }
        }

        /// <summary>The library's own form of it, made anew, so that a manifest needs no disposing.</summary>
        internal ManifestHandle ToHandle() => Parse(Json);

        /// <summary>The JSON text, as it was received.</summary>
        public string Json { get; }

        /// <summary>The design's URN in base64.</summary>
        public string Urn { get; }

        /// <summary>How far the translation has come.</summary>
        public TranslationStatus Status { get; }

        /// <summary>Whether the translation is over: success, failure or timeout.</summary>
        public bool IsFinal => Status >= TranslationStatus.Success;

        /// <summary>The status in APS's own word.</summary>
        public string StatusText { get; }

        /// <summary>The progress in APS's own words: "complete", or "NN% complete".</summary>
        public string Progress { get; }

        /// <summary>The progress in percent, or null if APS did not say it.</summary>
        public int? Percent { get; }

        /// <summary>The data centre where the derivatives are.</summary>
        public string Region { get; }

        /// <summary><c>type</c> of the manifest: always "manifest" today.</summary>
        public string Type { get; }

        /// <summary>The version of the manifest's form.</summary>
        public string Version { get; }

        /// <summary>Whether there is a picture of the design.</summary>
        public bool HasThumbnail { get; }

        /// <summary>Derivatives and their children, depth first: each node after its parent.</summary>
        public IReadOnlyList<ManifestNode> Nodes { get; }

        /// <summary>The nodes that stand directly in the manifest's list of derivatives: the roots of the tree.</summary>
        public IReadOnlyList<ManifestNode> Derivatives { get; }

        /// <summary>The first message of type "error", or the first one at all; null if there is none.</summary>
        public ManifestMessage FirstError
        {
            get
            {
                var all = Nodes.SelectMany(node => node.Messages);
                return all.FirstOrDefault(message => string.Equals(message.Type, "error", StringComparison.OrdinalIgnoreCase))
                    ?? all.FirstOrDefault();
            }
        }

        /// <inheritdoc/>
        public override string ToString() => $"{Status}, {Progress}, {Nodes.Count} nodes";
    }
}
