using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>What APS says of a derivative. Texts are null where it says nothing.</summary>
    public sealed unsafe class DerivativeDetails
    {
        internal DerivativeDetails(DetailsHandle details)
        {
            Size = Numbers.Known(Native.apsfetch_details_size(details));
            ContentType = Text.Decode(Native.apsfetch_details_content_type(details));
            AppIdentifier = Text.Decode(Native.apsfetch_details_app_identifier(details));
            StartupTime = Text.Decode(Native.apsfetch_details_startup_time(details));
            Duration = Text.Decode(Native.apsfetch_details_duration(details));
            Troubleshooting = Text.Decode(Native.apsfetch_details_troubleshooting(details));
        }

        /// <summary>The size in bytes, or null if APS did not say it.</summary>
        public long? Size { get; }

        /// <summary>The media type.</summary>
        public string ContentType { get; }

        /// <summary>The service's name, version and environment (<c>x-ads-app-identifier</c>).</summary>
        public string AppIdentifier { get; }

        /// <summary>When the service was started (<c>x-ads-startup-time</c>), in its own words.</summary>
        public string StartupTime { get; }

        /// <summary>How long the request took in the service (<c>x-ads-duration</c>), in its own words.</summary>
        public string Duration { get; }

        /// <summary>What the service says about a failure of its own (<c>x-ads-troubleshooting</c>).</summary>
        public string Troubleshooting { get; }
    }
}
