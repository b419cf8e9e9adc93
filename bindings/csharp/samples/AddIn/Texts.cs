using ApsFetch;

namespace ApsFetch.Samples.AddIn
{
    /// <summary>What the user reads.</summary>
    internal static class Texts
    {
        internal static void Tell(IProgressWindow window, DownloadProgress now)
        {
            // Until all sizes are known the bar would jump back.
            var isKnown = now.ItemsSized == now.ItemsTotal && now.BytesTotal > 0;
            var text = now.State == JobState.WaitingForToken
                ? "Waiting for you to log in"
                : $"{now.BytesDone / 1e6:0.0} of {now.BytesTotal / 1e6:0.0} MB, {now.ItemsFinished} of {now.ItemsTotal} files";
            window.Update(isKnown ? (double)now.BytesDone / now.BytesTotal : (double?)null, text);
        }

        /// <summary>The library's message, and what this user can do about it.</summary>
        internal static string Advice(ApsException error)
        {
            switch (error.Status)
            {
                case ApsStatus.Tls:
                    return error.Message + " Ask your IT department for the certificate of the firm's proxy.";
                case ApsStatus.Auth:
                    return error.Message + " Log in again.";
                case ApsStatus.NotReady:
                    return error.Message + " The translation is still under way; try again later.";
                case ApsStatus.FileLocked:
                    return error.Message + " Close the model first.";
                default:
                    return error.Message;
            }
        }
    }
}
