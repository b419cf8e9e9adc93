using System;
using System.Collections.Generic;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>A derivative, or what is inside it. Many nodes say next to nothing: what is missing is null.</summary>
    public sealed unsafe class ManifestNode
    {
        private readonly Manifest _manifest;
        private readonly List<ManifestNode> _children = new List<ManifestNode>();

        private ManifestNode(Manifest owner, ManifestHandle manifest, UIntPtr node, ManifestNode parent)
        {
            _manifest = owner;
            Parent = parent;
            parent?._children.Add(this);
            IsDerivative = Native.apsfetch_manifest_node_is_derivative(manifest, node) != 0;
            Urn = Text.Decode(Native.apsfetch_manifest_node_urn(manifest, node));
            Guid = Text.Decode(Native.apsfetch_manifest_node_guid(manifest, node));
            Name = Text.Decode(Native.apsfetch_manifest_node_name(manifest, node));
            Role = Text.Decode(Native.apsfetch_manifest_node_role(manifest, node));
            Mime = Text.Decode(Native.apsfetch_manifest_node_mime(manifest, node));
            Type = Text.Decode(Native.apsfetch_manifest_node_type(manifest, node));
            OutputType = Text.Decode(Native.apsfetch_manifest_node_output_type(manifest, node));
            Status = (TranslationStatus)Native.apsfetch_manifest_node_status(manifest, node);
            StatusText = Text.Decode(Native.apsfetch_manifest_node_status_text(manifest, node));
            Progress = Text.Decode(Native.apsfetch_manifest_node_progress(manifest, node));
            Percent = (int?)Numbers.Known(Native.apsfetch_manifest_node_percent(manifest, node));
            HasThumbnail = Native.apsfetch_manifest_node_has_thumbnail(manifest, node) != 0;
            var messages = new ManifestMessage[Numbers.Count(Native.apsfetch_manifest_message_count(manifest, node))];
            for (var i = 0; i < messages.Length; i++)
            {
                messages[i] = new ManifestMessage(manifest, node, Numbers.Index(i));
            }
            Messages = messages;
        }

        internal static IReadOnlyList<ManifestNode> All(Manifest owner, ManifestHandle manifest)
        {
            var nodes = new ManifestNode[Numbers.Count(Native.apsfetch_manifest_node_count(manifest))];
            for (var i = 0; i < nodes.Length; i++)
            {
                var node = Numbers.Index(i);
                // A parent comes before its children.
                var parent = Native.apsfetch_manifest_node_parent(manifest, node);
                nodes[i] = new ManifestNode(owner, manifest, node, parent < 0 ? null : nodes[parent]);
            }
            return nodes;
        }

        /// <summary>The node it belongs to; null for a derivative.</summary>
        public ManifestNode Parent { get; }

        /// <summary>The nodes inside it.</summary>
        public IReadOnlyList<ManifestNode> Children => _children;

        /// <summary>Whether the node stands directly in the manifest's list of derivatives.</summary>
        public bool IsDerivative { get; }

        /// <summary>The URN to download it by. Only files have one.</summary>
        public string Urn { get; }

        /// <summary>Its own id.</summary>
        public string Guid { get; }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>What it is for: "graphics", "thumbnail", "Autodesk.CloudPlatform.PropertyDatabase", "obj" and
        /// others.</summary>
        public string Role { get; }

        /// <summary>The media type.</summary>
        public string Mime { get; }

        /// <summary><c>type</c>: "resource", "geometry", "view", "folder" and others.</summary>
        public string Type { get; }

        /// <summary>The type of output: "svf", "svf2", "obj", "thumbnail" and others. Children have their
        /// derivative's.</summary>
        public string OutputType { get; }

        /// <summary>How far its own translation has come.</summary>
        public TranslationStatus Status { get; }

        /// <summary>The status in APS's own word.</summary>
        public string StatusText { get; }

        /// <summary>The progress in APS's own words.</summary>
        public string Progress { get; }

        /// <summary>The progress in percent, or null if APS did not say it.</summary>
        public int? Percent { get; }

        /// <summary>Whether there is a picture of it.</summary>
        public bool HasThumbnail { get; }

        /// <summary>What the translator has to say about it.</summary>
        public IReadOnlyList<ManifestMessage> Messages { get; }

        /// <summary>A request to download it.</summary>
        /// <exception cref="InvalidOperationException">It is no file: it has no URN.</exception>
        public DerivativeRequest ToRequest(string path = null)
        {
            if (Urn == null)
            {
                throw new InvalidOperationException("This node of the manifest is no file: it has no URN.");
            }
            return new DerivativeRequest(_manifest.Urn, Urn, path);
        }

        /// <inheritdoc/>
        public override string ToString() => $"{Type} {Role} {Name ?? Urn ?? Guid}";
    }

    /// <summary>What the translator says about a node.</summary>
    public sealed unsafe class ManifestMessage
    {
        internal ManifestMessage(ManifestHandle manifest, UIntPtr node, UIntPtr message)
        {
            Type = Interop.Text.Decode(Native.apsfetch_manifest_message_type(manifest, node, message));
            Code = Interop.Text.Decode(Native.apsfetch_manifest_message_code(manifest, node, message));
            Text = Interop.Text.Decode(Native.apsfetch_manifest_message_text(manifest, node, message));
        }

        /// <summary>"error", "warning" or "info".</summary>
        public string Type { get; }

        /// <summary>Its code, such as "Revit-UnsupportedFileType".</summary>
        public string Code { get; }

        /// <summary>The text; what APS sends as a list has one line for each entry.</summary>
        public string Text { get; }
    }
}
