using System.Collections.Generic;
using ApsFetch.Interop;

namespace ApsFetch
{
    /// <summary>Which objects of a bucket to list. What is null has the library's default.</summary>
    public sealed class ListOptions
    {
        /// <summary>Only objects whose key begins with this.</summary>
        public string BeginsWith { get; set; }

        /// <summary>The key to begin behind.</summary>
        public string StartAt { get; set; }

        /// <summary>Objects in one page: 1 to 100, 100 by default, which needs the fewest calls.</summary>
        public int? Limit { get; set; }

        /// <summary>The list ends after this many objects; all of them by default.</summary>
        public long? MaxObjects { get; set; }

        internal unsafe ListOptionsHandle ToHandle()
        {
            Call.Check(Native.apsfetch_list_options_new(out var options, out var error), error);
            try
            {
                Call.Set(Native.apsfetch_list_options_set_begins_with, options, BeginsWith, nameof(BeginsWith));
                Call.Set(Native.apsfetch_list_options_set_start_at, options, StartAt, nameof(StartAt));
                Call.Set(Native.apsfetch_list_options_set_limit, options, Limit, nameof(Limit));
                Call.Set(Native.apsfetch_list_options_set_max_objects, options, MaxObjects, nameof(MaxObjects));
                return options;
            }
            catch
            {
                options.Dispose();
                throw;
            }
        }
    }

    /// <summary>One page of a bucket.</summary>
    public sealed unsafe class ObjectPage
    {
        internal ObjectPage(ObjectsHandle objects)
        {
            Objects = ObjectInfo.All(objects);
            Next = Text.Decode(Native.apsfetch_objects_next(objects));
        }

        /// <summary>Its objects, in the order of APS. It can be empty although more pages follow.</summary>
        public IReadOnlyList<ObjectInfo> Objects { get; }

        /// <summary>What <see cref="ApsClient.ListObjectsPage"/> takes for the next page; null on the last one.</summary>
        public string Next { get; }
    }

    /// <summary>What APS says of an object. Texts are null where it says nothing.</summary>
    public sealed unsafe class ObjectInfo
    {
        private ObjectInfo(ObjectsHandle objects, System.UIntPtr index)
        {
            BucketKey = Text.Decode(Native.apsfetch_objects_bucket_key(objects, index));
            ObjectKey = Text.Decode(Native.apsfetch_objects_object_key(objects, index));
            ObjectId = Text.Decode(Native.apsfetch_objects_object_id(objects, index));
            Size = Numbers.Known(Native.apsfetch_objects_size(objects, index));
            Sha1 = Text.Decode(Native.apsfetch_objects_sha1(objects, index));
            ContentType = Text.Decode(Native.apsfetch_objects_content_type(objects, index));
            Location = Text.Decode(Native.apsfetch_objects_location(objects, index));
        }

        internal static IReadOnlyList<ObjectInfo> All(ObjectsHandle objects)
        {
            var all = new ObjectInfo[Numbers.Count(Native.apsfetch_objects_count(objects))];
            for (var i = 0; i < all.Length; i++)
            {
                all[i] = new ObjectInfo(objects, Numbers.Index(i));
            }
            return all;
        }

        /// <summary>The key of its bucket.</summary>
        public string BucketKey { get; }

        /// <summary>Its key, not percent-encoded.</summary>
        public string ObjectKey { get; }

        /// <summary>Its URN, which a translation is started with.</summary>
        public string ObjectId { get; }

        /// <summary>Its size in bytes, or null if APS did not say it.</summary>
        public long? Size { get; }

        /// <summary>Its SHA-1 as 40 hex digits. It can be missing right after an upload.</summary>
        public string Sha1 { get; }

        /// <summary>Its media type; listings usually leave it out.</summary>
        public string ContentType { get; }

        /// <summary>Its address at the API.</summary>
        public string Location { get; }

        /// <summary>A request to download it.</summary>
        public ObjectRequest ToRequest(string path = null) => new ObjectRequest(BucketKey, ObjectKey, path);
    }
}
