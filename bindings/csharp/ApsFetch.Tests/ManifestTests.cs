using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace ApsFetch.Tests
{
    internal static class ManifestTests
    {
        private static readonly Sandbox Aps = Sandbox.Shared;

        private const string Kept = @"{""type"":""manifest"",""urn"":""dXJuOng"",""status"":""failed"",""progress"":""complete"",
            ""region"":""US"",""version"":""1.0"",""hasThumbnail"":""true"",""derivatives"":[{""outputType"":""svf"",""status"":""failed"",
            ""progress"":""37% complete"",""messages"":[{""type"":""error"",""code"":""Revit-Old"",""message"":[""Too old"",""ä""]}],
            ""children"":[{""guid"":""g1"",""type"":""geometry"",""role"":""3d"",""name"":""{3D}"",""children"":[
            {""guid"":""g2"",""type"":""resource"",""role"":""graphics"",""mime"":""application/autodesk-svf"",
            ""urn"":""urn:adsk.viewing:fs.file:x/a.svf""}]}]},{""outputType"":""thumbnail""}]}";

        /// <summary>A design whose translation goes on for so many questions.</summary>
        private static string Design(string name, string state)
        {
            var answer = Aps.Post("designs", "{\"urn\":\"urn:adsk.objects:os.object:tests/" + name + "\",\"state\":" + state + "}");
            return System.Text.RegularExpressions.Regex.Match(answer, "\"urn\":\\s*\"([^\"]+)\"").Groups[1].Value;
        }

        public static void TreeOfADesign()
        {
            using (var client = Aps.Client())
            {
                var manifest = Check.Result(client.GetManifestAsync(Aps.Design));
                Check.Equal(TranslationStatus.Success, manifest.Status);
                Check.True(manifest.IsFinal, "final");
                Check.Equal(Aps.Design, manifest.Urn);
                var file = manifest.Nodes.Single(node => node.Urn != null && node.Urn.EndsWith("house.mtl", StringComparison.Ordinal));
                Check.True(manifest.Derivatives.Any(root => root.Children.Contains(file)), "in the tree");
                var request = file.ToRequest();
                request.MaxMemoryBytes = 1 << 20;
                Check.Equal(ItemStatus.Downloaded, client.Download(request).Status);
                Check.Throws<ApsNotFoundException>(() => client.GetManifest("dXJuOm5vdGhpbmc"));
            }
        }

        public static void FromKeptText()
        {
            var manifest = Manifest.FromJson(Kept);
            Check.Equal(Kept, manifest.Json);
            Check.Equal(TranslationStatus.Failed, manifest.Status);
            Check.Equal("failed complete US manifest 1.0 True", string.Join(" ", manifest.StatusText, manifest.Progress,
                manifest.Region, manifest.Type, manifest.Version, manifest.HasThumbnail));
            Check.Equal("0 1 2 0", string.Join(" ", manifest.Nodes.Select(Depth)));
            Check.Equal(2, manifest.Derivatives.Count);

            var root = manifest.Derivatives[0];
            Check.Equal(null, root.Parent);
            Check.Equal(37, root.Percent);
            Check.Equal("37% complete", root.Progress);
            Check.Equal("error Revit-Old", root.Messages[0].Type + " " + root.Messages[0].Code);
            Check.Equal("Too old\nä", root.Messages[0].Text);
            Check.Throws<InvalidOperationException>(() => root.ToRequest());

            var file = root.Children.Single().Children.Single();
            Check.Equal("{3D}", file.Parent.Name);
            Check.Equal("resource graphics application/autodesk-svf g2 svf", string.Join(" ", file.Type, file.Role, file.Mime, file.Guid, file.OutputType));
            Check.Equal("urn:adsk.viewing:fs.file:x/a.svf", file.ToRequest("x").DerivativeUrn);
            Check.Equal(0, file.Messages.Count);

            Check.Throws<ApsArgumentException>(() => Manifest.FromJson("[]"));
            Check.Throws<ArgumentNullException>(() => Manifest.FromJson(null));
        }

        private static int Depth(ManifestNode node) => node.Parent == null ? 0 : 1 + Depth(node.Parent);

        public static void WaitedFor()
        {
            using (var client = Aps.Client())
            {
                var quiet = Design("quiet.rvt", "{\"state\":\"polls\",\"polls\":1}");
                Check.Equal(TranslationStatus.Success, client.WaitForManifest(quiet, TimeSpan.FromSeconds(60)).Status);

                var seen = new List<TranslationStatus>();
                var told = Design("told.rvt", "{\"state\":\"polls\",\"polls\":1}");
                var progress = new Listener<Manifest>(now => seen.Add(now.Status));
                var manifest = Check.Result(client.WaitForManifestAsync(told, TimeSpan.FromSeconds(60), progress));
                Check.Equal(TranslationStatus.Success, manifest.Status);
                Check.Equal("InProgress Success", string.Join(" ", seen));
            }
        }

        public static void NotWaitedForEver()
        {
            var never = Design("never.rvt", "{\"state\":\"in_progress\"}");
            using (var client = Aps.Client())
            using (var source = new CancellationTokenSource())
            {
                Check.Throws<ApsNotReadyException>(() => client.WaitForManifest(never, TimeSpan.Zero));
                var nothing = new Listener<Manifest>(now => { });
                Check.Throws<ApsNotReadyException>(() => client.WaitForManifest(never, TimeSpan.Zero, nothing));
                var cancels = new Listener<Manifest>(now => source.Cancel());
                Check.Throws<OperationCanceledException>(() => client.WaitForManifest(never, null, cancels, source.Token));
                var throws = new Listener<Manifest>(now => throw new FormatException("enough"));
                Check.Throws<FormatException>(() => client.WaitForManifest(never, null, throws));
            }
        }
    }
}
